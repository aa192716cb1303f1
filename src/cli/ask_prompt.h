#pragma once
#include <string>

#include "base/result.h"
#include "cli/options.h"

namespace proxx::cli {

/// The OpenAI request that `proxx ask` sends. Reads what the options name, and stdin if it is a
/// pipe or a regular file that nothing else reads. Errors: `usage` for no prompt at all and for
/// what cannot be read.
[[nodiscard]] Result<std::string> ask_request(const AskOptions& options);

}  // namespace proxx::cli
