#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_price/collect.h"
#include "cli/half_price/context.h"
#include "cli/half_price/settle.h"
#include "cli/half_price/submit.h"

namespace proxx::cli {

/// How a run ended that did not fail.
enum class HalfEnd {
  complete,      ///< every line has its result in the output
  cancelled,     ///< all that was sent has
  not_finished,  ///< --no-wait: batches run, or there was no room for all lines
};

/// A half-price run. Settles what an earlier run left in doubt, sends the lines that have no batch,
/// polls the batches until they end, and writes their results to the output. It can be killed at
/// any point and started again: the journal and the output tell how far it came.
class HalfRun {
 public:
  /// `context` must outlive the run.
  explicit HalfRun(HalfContext& context);

  /// Errors: those that waiting does not mend, or not within the batches' time; `unauthorized` for
  /// a key that sees none of the journal's batches; interrupted_error() after a signal.
  Result<HalfEnd> run();

 private:
  using Milliseconds = std::chrono::milliseconds;

  Status begin();
  Status give_up_lost();
  Status step();
  Status cancel_batches();
  Status poll();
  Status look_at_list(std::map<std::string, anthropic::MessageBatch>& seen);
  Status look_at(const JournalBatch& batch, std::map<std::string, anthropic::MessageBatch>& seen);
  Status take_states(const std::map<std::string, anthropic::MessageBatch>& seen);
  Status note_missing(uint64_t serial, const std::string& what);
  Status collect(uint64_t serial, const anthropic::MessageBatch& batch);
  Status check_organization(const HalfAnswer& answer) const;
  [[nodiscard]] std::vector<JournalBatch> open_batches() const;
  [[nodiscard]] bool is_over();
  [[nodiscard]] bool may_go_on(const Error& error);
  [[nodiscard]] Milliseconds next_wait();

  HalfContext& context_;
  HalfSettle settle_;
  HalfSubmit submit_;
  HalfCollect collect_;
  Milliseconds interval_;
  std::optional<Milliseconds> asked_delay_;  ///< by the last answers about batches
  uint64_t made_before_ = 0;
  bool cancel_sent_ = false;
  int64_t started_unix_s_;
};

}  // namespace proxx::cli
