#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options/options.h"

namespace proxx::cli {

/// Sends one OpenAI request (with --dry-run only converts it) and prints its answer by the options.
/// Returns the exit code. Calls `keep` with the text of an answer in text form once it is complete.
int run_request(const RequestCommandOptions& options, std::string request,
                const std::function<Status(std::string_view)>& keep = nullptr);

/// Reports why there is no request to send: on stderr, and as an error object on stdout if the
/// answer would have been JSON. Returns the exit code.
int refuse(const RequestCommandOptions& options, const Error& error);

}  // namespace proxx::cli
