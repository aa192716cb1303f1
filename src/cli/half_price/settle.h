#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_price/context.h"

namespace proxx::cli {

/// Finds out whether a batch was created whose creation got no certain answer. It is never created
/// again before the list was asked. A batch in the list is taken for it if it is newer than the
/// intent's marker, has as many items, and is not in the journal; its results then prove that or
/// not. A batch counts as not created once the list has not shown it for a while.
class HalfSettle {
 public:
  explicit HalfSettle(HalfContext& context) : context_(context) {}

  /// Settles every creation in doubt. Errors: hopeless() if several batches could be one of them,
  /// or if the list is another workspace's; errors of calls.
  Status settle();
  Status settle(uint64_t serial);
  /// --adopt: the batch with this id is the one in doubt. Errors: `usage` if it cannot be.
  Status adopt(const std::string& id);
  /// The batch was not created or is lost: its lines can be sent again.
  Status give_up(uint64_t serial);

 private:
  /// The result of one look at the list.
  struct Candidates {
    std::vector<anthropic::MessageBatch> batches;
    bool saw_marker = false;
  };
  [[nodiscard]] Result<Candidates> candidates(const JournalBatch& batch);

  HalfContext& context_;
};

}  // namespace proxx::cli
