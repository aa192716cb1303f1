#pragma once
#include <string_view>
#include <vector>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "policy/conversation.h"
#include "policy/notice_log.h"
#include "policy/thinking_history.h"

// The content of a message: a string or an array of parts (docs/mapping-chat.md 6.2).

namespace proxx::openai {

/// Who says it, which decides which parts are legal.
enum class Speaker { system, user, assistant, tool };

struct Content {
  std::vector<anthropic::InputBlock> blocks;  ///< never an empty text block
  /// An assistant's refusal parts, which are strings. What becomes of them depends on what else the
  /// message holds.
  std::vector<json::Reader> refusals;
  /// An assistant's thinking parts, with their places among `blocks`; `thinking.at` is set if there
  /// are any.
  policy::ThinkingHistory thinking;
};

/// Reads `content` of a message; absent gives nothing. `breakpoint` is the cache_control for a part
/// with a prompt_cache_breakpoint. Blocks have their origin within the message. Errors name the
/// part.
/// Anthropic's own parts of calls and their results are taken if there is a `conversation`, in
/// which the message was begun: `blocks` then has the tool_use of an assistant, the tool_result of
/// a user.
Result<Content> read_content(Speaker speaker, json::Reader content, std::string_view breakpoint,
                             policy::NoticeLog& notices,
                             policy::Conversation* conversation = nullptr);

/// One of a user's parts answers a call: Conversation::Role::answering. Errors: no content, or
/// parts without a type.
Result<bool> holds_results(json::Reader content);

/// Reads the `content` of a tool's result, which may be absent, into `result`.
Status set_result_content(json::Reader content, std::string_view breakpoint,
                          anthropic::InputBlock& result, policy::NoticeLog& notices);

/// Sets the `cache_control` of a message: at its last block that takes one.
Status set_message_cache_control(std::vector<anthropic::InputBlock>& blocks,
                                 json::Reader cache_control, policy::NoticeLog& notices);

}  // namespace proxx::openai
