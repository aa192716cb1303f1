#pragma once
#include "base/result.h"
#include "cli/options/options.h"

namespace proxx::cli {

/// `batch --half-price`: sends the lines over Anthropic's Message Batches, which cost half and
/// answer within a day. The same input gives the same output lines and exit codes as without it,
/// and 13 with --no-wait while batches run. Returns the exit code; after a signal it does not
/// return.
[[nodiscard]] Result<int> run_half_price(const BatchOptions& options);

}  // namespace proxx::cli
