#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"

namespace proxx::cli {

/// One OpenAI request, as the default command got it or `ask` built it: sent (or, with --dry-run,
/// only converted), its answer printed by the options. Returns the exit code. `keep` is given the
/// text of an answer in text form, once it is complete.
int run_request(const RequestCommandOptions& options, std::string request,
                const std::function<Status(std::string_view)>& keep = nullptr);

/// Says why there is nothing to send: on stderr, and as an error object on stdout where the answer
/// would have been JSON. Returns the exit code.
int refuse(const RequestCommandOptions& options, const Error& error);

}  // namespace proxx::cli
