#pragma once
#include <string>

#include "base/result.h"
#include "cli/options/options.h"

namespace proxx::cli {

/// `batch --dry-run`: prints, for each line, the Anthropic request that would be sent, as a line of
/// Anthropic's own batches (`{"custom_id","params"}`). Reports invalid requests on stderr. Needs no
/// key. Returns the exit code.
[[nodiscard]] Result<int> dry_run_batch(const BatchOptions& options, const std::string& path);

}  // namespace proxx::cli
