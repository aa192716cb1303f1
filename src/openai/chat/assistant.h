#pragma once
#include <vector>

#include "openai/chat/context.h"
#include "openai/chat/thinking.h"
#include "openai/chat/tool_ids.h"

namespace proxx::request {

/// The fields that messages of any role may have, in the order of kMessageFields.
struct MessageFields {
  json::Reader role, content, name, tool_calls, function_call, tool_call_id, refusal, audio,
      thinking_blocks, reasoning_details, reasoning_content, reasoning, annotations, cache_control;
};

/// What an assistant message becomes, apart from its thinking.
struct AssistantTurn {
  std::vector<Block> blocks;  ///< text, then tool_use
  ThinkingHistory thinking;
};

/// `position` is the message's index. Its calls are left in `open`, under the ids of `ids`.
Result<AssistantTurn> convert_assistant(Conversion& c, json::Reader message,
                                        const MessageFields& fields, int32_t position, ToolIds& ids,
                                        OpenCalls& open);

/// What a `function` message's result goes by in OpenCalls.
[[nodiscard]] std::string legacy_call_id(std::string_view name);

}  // namespace proxx::request
