#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "answer/converter.h"
#include "anthropic/models.h"
#include "base/notices.h"
#include "cli/batch/progress.h"
#include "json/reader.h"

// Messages of a half-price run on stderr.

namespace proxx::cli {

/// The cost of one answer, and its cost without batches. `usage` is the message's. Nothing if the
/// model's prices are not known.
struct HalfCost {
  double paid_usd = 0;
  double saved_usd = 0;
};
[[nodiscard]] std::optional<HalfCost> half_cost(const AnswerFacts& facts, json::Reader usage,
                                                const Model* model);

/// The progress of a run.
struct HalfStanding {
  uint64_t batches = 0;
  uint64_t ended = 0;
  uint64_t answered = 0;
  uint64_t failed = 0;
  uint64_t waiting = 0;               ///< lines without a result, sent or not
  int64_t oldest_expires_unix_s = 0;  ///< of the batches that run; 0 is none
  HalfCost cost;                      ///< of this run's answers
  bool cost_known = true;
};
/// `3 of 12 batches ended, 29,874 answers (41 failed), 90,000 waiting, oldest expires 23:10, $4.12
/// so far, $4.12 saved`.
[[nodiscard]] std::string standing_text(const HalfStanding& standing);
/// `12,345`
[[nodiscard]] std::string grouped(uint64_t count);

/// Says each thing once, and redraws the progress line after it.
class HalfReport {
 public:
  HalfReport(bool quiet, OnLossy on_lossy)
      : quiet_(quiet), notices_(quiet, on_lossy), progress_(!quiet) {}

  void tell(const std::string& text);
  /// Says each notice once a run, with the first line that had it.
  void tell_notices(uint64_t line, const Notices& notices) {
    notices_.tell(line, notices, progress_);
  }
  /// Says a failure that may pass. Repeats it only after another one or after clear_trouble().
  void tell_trouble(const std::string& text);
  void clear_trouble() { trouble_.clear(); }
  /// Draws the progress line on a terminal. Elsewhere writes one line for each batch that `ended`.
  void show(const HalfStanding& standing, bool ended);
  void clear() { progress_.clear(); }
  [[nodiscard]] bool on_terminal() const { return progress_.visible(); }

 private:
  bool quiet_;
  LineNotices notices_;
  ProgressLine progress_;
  std::string trouble_;
};

}  // namespace proxx::cli
