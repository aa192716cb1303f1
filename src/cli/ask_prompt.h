#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/conversation.h"
#include "cli/options.h"

namespace proxx::cli {

/// What `proxx ask` has to ask.
struct AskRequest {
  std::string body;                          ///< an OpenAI request
  std::optional<Conversation> conversation;  ///< with the question, for Conversation::save()
};

/// The OpenAI request that `proxx ask` sends. Reads what the options name, and stdin if it is a
/// pipe or a regular file that nothing else reads. Errors: `usage` for no prompt at all and for
/// what cannot be read.
[[nodiscard]] Result<AskRequest> ask_request(const AskOptions& options);

}  // namespace proxx::cli
