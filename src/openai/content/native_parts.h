#pragma once
#include <cstdint>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "policy/conversation.h"
#include "policy/notice_log.h"
#include "policy/thinking_history.h"

// Anthropic's own parts, which some clients put into the messages of other APIs
// (docs/mapping-chat.md 6.2). They go as they came: only ids follow the rules for calls, base64 is
// cleaned, and a breakpoint is kept apart. Errors name the member at fault.

namespace proxx::openai {

/// `part` with all its members, but for those about caching.
[[nodiscard]] anthropic::InputBlock native_block(anthropic::InputBlock::Kind kind,
                                                 json::Reader part);

/// An `image` or `document`, of that kind: its `source` is an object.
Result<anthropic::InputBlock> native_media(anthropic::InputBlock::Kind kind, json::Reader part);

/// The `image` of a tool of the Model Context Protocol: base64 in `data`, its type in `mimeType`.
Result<anthropic::InputBlock> mcp_image(json::Reader part, policy::NoticeLog& notices);

/// A `tool_use`, opened as a call of the current item.
Result<anthropic::InputBlock> native_tool_use(json::Reader part,
                                              policy::Conversation& conversation);

/// A `tool_result` without its `content`, as the answer to its call.
Result<anthropic::InputBlock> native_tool_result(json::Reader part,
                                                 policy::Conversation& conversation);

/// Adds a `thinking` or `redacted_thinking` at place `index` of its message. One that lacks what
/// the upstream checks it by makes `thinking` broken.
Status add_native_thinking(json::Reader part, const anthropic::Origin& origin, int64_t index,
                           policy::ThinkingHistory& thinking);

}  // namespace proxx::openai
