#pragma once
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "cli/batch/ids.h"
#include "cli/batch/line.h"

// Reads and repairs the file of results of an earlier run, so that more can be appended
// (docs/faults.md B1, B2). The descriptors are of regular files; their read positions don't matter.

namespace proxx::cli {

struct FoundResults {
  bool has_failures = false;   ///< some lines must be removed
  bool lacks_newline = false;  ///< the last line is whole but not ended
  uint64_t whole_bytes = 0;    ///< bytes before a torn last line
};

/// Reads the whole file and asks for each whole result whether it stays. Errors: `usage` at a line
/// that is no result: the file is something else and must not be changed.
[[nodiscard]] Result<FoundResults> scan_results(
    int descriptor, const std::function<bool(const ResultLine&)>& stays);

/// Makes the file end after its last whole line: adds a newline or cuts off a torn line.
Status repair_tail(int descriptor, const FoundResults& found);

/// Appends the lines that stay to `to` and puts their ids into `answered`, which is empty before.
Status copy_answered(int from, int to, IdSet& answered);

}  // namespace proxx::cli
