#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_context.h"

namespace proxx::cli {

/// Finds out what became of a creation that got no certain answer. It is never repeated before the
/// list was asked: a batch newer than the intent's marker, with as many items, and none that the
/// journal knows, is taken for it. Its results prove that, or not. Only what the list does not
/// show for a while was not created.
class HalfSettle {
 public:
  explicit HalfSettle(HalfContext& context) : context_(context) {}

  /// Every creation in doubt. Errors: hopeless() if several batches could be one, or if the list
  /// is another workspace's; what calls fail with.
  Status settle();
  Status settle(uint64_t serial);
  /// --adopt: the batch of this id is the one in doubt. Errors: `usage` if it cannot be.
  Status adopt(const std::string& id);
  /// The batch was not created, or is lost: its lines are free to be sent again.
  Status give_up(uint64_t serial);

 private:
  /// What a look at the list found.
  struct Candidates {
    std::vector<anthropic::MessageBatch> batches;
    bool saw_marker = false;
  };
  [[nodiscard]] Result<Candidates> candidates(const JournalBatch& batch);

  HalfContext& context_;
};

}  // namespace proxx::cli
