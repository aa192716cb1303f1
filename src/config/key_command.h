#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "core/result.h"

namespace proxx {

/// Runs `argv` without a shell and gives what it wrote to stdout. Its stdin is /dev/null, its
/// stderr ours. Errors: `usage`, if it cannot be started, fails, writes more than `max_bytes` or
/// takes longer than `limit`; it is killed then. Never holds the output.
[[nodiscard]] Result<std::string> run_key_command(const std::vector<std::string>& argv,
                                                  size_t max_bytes,
                                                  std::chrono::milliseconds limit);

}  // namespace proxx
