#pragma once
#include <string_view>
#include <vector>

#include "openai/chat/assistant.h"
#include "openai/chat/context.h"

// The results of tool calls (wire.md 1.4, 6.2).

namespace proxx::request {

/// The tool_result that a `tool` or `function` message becomes, for the call `tool_use_id`.
Result<Block> convert_result(Conversion& c, std::string_view tool_use_id,
                             const MessageFields& fields);

/// Results stand before all else in the turn that answers the calls.
void put_results_first(std::vector<Block>& blocks);

}  // namespace proxx::request
