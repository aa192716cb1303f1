#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_price/context.h"
#include "cli/half_price/settle.h"

namespace proxx::cli {

/// Sends each line that has no batch, exactly once. The upstream has no idempotency key, and the
/// only text of ours in a batch is its items' ids. So the journal gets an intent before a batch is
/// created, with the newest batch of the list as a marker, and the batch's id after. HalfSettle
/// handles creations that stay in doubt.
class HalfSubmit {
 public:
  /// Both must outlive it.
  HalfSubmit(HalfContext& context, HalfSettle& settle) : context_(context), settle_(settle) {}

  /// Creates batches until all lines have one or the upstream takes no more. Errors: errors of
  /// calls. If the upstream refuses the first line, everything stops.
  Status submit();
  /// Call when a queue that was full (429) may have room again.
  void note_room() { full_ = false; }
  /// The wait that the upstream asked for in its last answer to a creation.
  [[nodiscard]] std::optional<std::chrono::milliseconds> asked_delay() const {
    return asked_delay_;
  }

  /// True if every line has a batch or a result.
  [[nodiscard]] bool is_done();

 private:
  struct Draft {
    LineRanges lines;
    uint64_t items = 0;
    std::string body;
    std::vector<std::string> betas;
    std::string first_request;
  };

  [[nodiscard]] Result<Draft> draft();
  [[nodiscard]] Result<bool> add_line(uint64_t line, Draft& draft, anthropic::BatchBody& body);
  Status check_first(const Draft& draft);
  Status create(Draft draft);
  Status take_answer(const HalfAnswer& answer, uint64_t serial, const Draft& draft);
  Status take_refusal(const HalfAnswer& answer, const Draft& draft);
  void note_delay(const HalfAnswer& answer);
  Status refuse_item(const Draft& draft, const Error& error);

  HalfContext& context_;
  HalfSettle& settle_;
  size_t max_bytes_ = 0;  ///< halved by each 413; 0 is the options'
  uint64_t max_items_ = 0;
  bool checked_ = false;  ///< the first line was tried
  bool full_ = false;
  std::optional<std::chrono::milliseconds> asked_delay_;
  int refused_items_ = 0;
};

}  // namespace proxx::cli
