#pragma once
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "cli/batch_ids.h"
#include "cli/batch_line.h"

// What an earlier run left in a file of results, and how it is made fit to be appended to
// (docs/faults.md B1, B2). The descriptors are of regular files; their read positions don't matter.

namespace proxx::cli {

struct FoundResults {
  bool has_failures = false;   ///< lines in it have to go
  bool lacks_newline = false;  ///< behind a last line that is whole
  uint64_t whole_bytes = 0;    ///< what stands before a torn last line
};

/// Reads all of it and asks of each whole result whether it stays. Errors: `usage` at a line that
/// is no result: the file is something else, and not to be touched.
[[nodiscard]] Result<FoundResults> scan_results(
    int descriptor, const std::function<bool(const ResultLine&)>& stays);

/// Ends the file behind its last whole line: a newline is added, or a torn line cut off.
Status repair_tail(int descriptor, const FoundResults& found);

/// Copies the lines that stay to the end of `to`; `answered`, empty before, gets their ids.
Status copy_answered(int from, int to, IdSet& answered);

}  // namespace proxx::cli
