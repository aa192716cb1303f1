#pragma once
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proxx {

/// Runs `argv` without a shell and gives what it wrote to stdout until it ended. Its stdin is
/// /dev/null, its stderr and its environment ours (which holds no secrets: secret_environment.h).
/// It leads a process group, which is killed with proxx: at once by SIGINT, SIGTERM, SIGHUP or
/// SIGQUIT while this waits, and when proxx ends by anything else, SIGKILL too. Errors: `usage`,
/// if it cannot be started, fails, writes more than `max_bytes` or takes longer than `limit`; the
/// group is killed then. Never holds the output. For one thread at a time.
/// With `stop`, for a thread beside a loop that handles the signals: they are left alone, and the
/// group is killed as soon as `*stop` is true, or when this thread ends. Errors begin with `key`,
/// the setting that the command is of.
[[nodiscard]] Result<std::string> run_key_command(const std::vector<std::string>& argv,
                                                  size_t max_bytes, std::chrono::milliseconds limit,
                                                  const std::atomic<bool>* stop = nullptr,
                                                  std::string_view key = "api_key_command");

}  // namespace proxx
