#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/report.h"

namespace proxx::cli {

/// Counts of a batch or a bridge so far.
struct BatchCounts {
  uint64_t done = 0;  ///< lines with a result, failed ones too
  uint64_t failed = 0;
  uint64_t skipped = 0;           ///< answered by an earlier run
  std::optional<uint64_t> total;  ///< lines of the input, where it could be read twice
  AnswerFacts tokens;             ///< only the token counts: sums over all answers
  double cost_usd = 0;
  bool cost_known = true;  ///< every answer's model has a price

  void add(const AnswerFacts& facts, const Model* model);
};

/// `12 done, 1 failed, 3.4/s, 5.6K tokens, $0.12, 0:01:23 left`, on one line of a terminal.
[[nodiscard]] std::string progress_text(const BatchCounts& counts, std::chrono::seconds elapsed);
/// `usage: 120 in, 100 cached, 45 out, $0.001234, 8 lines in 3 s`: the line of --usage.
[[nodiscard]] std::string usage_text(const BatchCounts& counts, std::chrono::seconds elapsed);

/// The progress line on stderr, redrawn in place. Silent if stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  void show(const std::string& text);
  /// Removes the line. Call it before anything else is written to stderr.
  void clear();
  [[nodiscard]] bool visible() const { return visible_; }

 private:
  bool visible_;
  size_t shown_ = 0;  ///< columns that hold text
};

}  // namespace proxx::cli
