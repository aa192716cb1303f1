#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_context.h"

namespace proxx::cli {

/// Sends the lines that no batch has yet, each exactly once. The upstream has no key by which a
/// repetition is known, and a batch carries nothing of ours but its items' ids; so:
///  1. The journal gets the intent, with the newest batch of the list as a marker, before a batch
///     is created, and its id after.
///  2. A creation that got no certain answer is never repeated before the list was asked: a batch
///     newer than the marker with that many items is taken for it. Results prove that, or not.
///  3. Only what the list does not show for a while was not created, and is sent again.
class HalfSubmit {
 public:
  explicit HalfSubmit(HalfContext& context) : context_(context) {}

  /// Finds out about every creation in doubt. Errors: `upstream_protocol` if several batches could
  /// be it; what calls fail with.
  Status settle();
  /// --adopt: the batch of this id is the one in doubt. Errors: `usage` if it cannot be.
  Status adopt(const std::string& id);

  /// Creates batches until all lines have one, or the upstream takes no more. Errors: what calls
  /// fail with; an upstream that refuses the first line stops everything.
  Status submit();
  /// A queue that was full (429) may have room again.
  void note_room() { full_ = false; }
  /// Batches created by this run.
  [[nodiscard]] uint64_t created() const { return created_; }
  /// How long the upstream's last answer to a creation asked to wait.
  [[nodiscard]] std::optional<std::chrono::milliseconds> asked_delay() const {
    return asked_delay_;
  }

  /// The batch was not created, or is lost: the next submit() sends its lines again.
  Status give_up(uint64_t serial);
  /// Every line has a batch or a result.
  [[nodiscard]] bool is_done();

 private:
  struct Draft {
    LineRanges lines;
    uint64_t items = 0;
    std::string body;
    std::vector<std::string> betas;
    std::string first_request;
  };

  /// What a look at the list found for a creation in doubt.
  struct Candidates {
    std::vector<anthropic::MessageBatch> batches;
    bool saw_marker = false;
  };

  [[nodiscard]] Result<Draft> draft();
  [[nodiscard]] Result<bool> add_line(uint64_t line, Draft& draft, anthropic::BatchBody& body);
  Status check_first(const Draft& draft);
  Status create(Draft draft);
  Status take_answer(const HalfAnswer& answer, uint64_t serial, const Draft& draft);
  Status take_refusal(const HalfAnswer& answer, const Draft& draft);
  void note_delay(const HalfAnswer& answer);
  Status refuse_item(const Draft& draft, const Error& error);
  Status settle(uint64_t serial);
  void release(const LineRanges& lines);
  [[nodiscard]] Result<Candidates> candidates(const JournalBatch& batch);

  HalfContext& context_;
  uint64_t next_line_ = 1;  ///< every line before has a batch or a result
  size_t max_bytes_ = 0;    ///< halved by each 413; 0 is the options'
  uint64_t max_items_ = 0;
  bool checked_ = false;  ///< the first line was tried
  bool full_ = false;
  std::optional<std::chrono::milliseconds> asked_delay_;
  uint64_t created_ = 0;
  int refused_items_ = 0;
  int lost_in_a_row_ = 0;
};

}  // namespace proxx::cli
