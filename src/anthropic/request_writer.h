#pragma once
#include <string>
#include <string_view>

#include "anthropic/request.h"

namespace proxx::anthropic {

/// JSON for POST /v1/messages. The order is fixed: first the small settings, then what the
/// upstream's prompt cache is built from, in its order (tools, system, messages), so that the body
/// of a longer history begins like the body of the shorter one. `messages` is last.
[[nodiscard]] std::string write_body(const MessagesRequest& request);

/// The request that continues a paused turn: `body` (from write_body) with an assistant message of
/// `content_json`, a JSON array of blocks, added after its last message.
[[nodiscard]] std::string continue_request(std::string_view body, std::string_view content_json);

}  // namespace proxx::anthropic
