#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/ask/conversation.h"
#include "cli/options/options.h"

namespace proxx::cli {

/// The request that `proxx ask` sends.
struct AskRequest {
  std::string body;                          ///< an OpenAI request
  std::optional<Conversation> conversation;  ///< with the question, for Conversation::save()
};

/// Builds the request. Reads the files that the options name, and stdin if it is a pipe or a
/// regular file that nothing else reads. Errors: `usage` without a prompt and for files that cannot
/// be read.
[[nodiscard]] Result<AskRequest> ask_request(const AskOptions& options);

}  // namespace proxx::cli
