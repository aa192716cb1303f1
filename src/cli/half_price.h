#pragma once
#include "base/result.h"
#include "cli/options.h"

namespace proxx::cli {

/// `batch --half-price`: the lines go over Anthropic's Message Batches, which cost half and answer
/// within a day. Same input, same output lines, same exit codes as without it, and 13 with
/// --no-wait while batches run. Returns the exit code, or does not return, after a signal.
[[nodiscard]] Result<int> run_half_price(const BatchOptions& options);

}  // namespace proxx::cli
