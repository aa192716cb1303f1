#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/reader.h"
#include "openai/content/arguments.h"
#include "policy/conversation.h"
#include "policy/notice_log.h"

namespace proxx::openai::chat {

/// The fields that messages of any role may have, in the order of kMessageFields.
struct MessageFields {
  json::Reader role, content, name, tool_calls, function_call, tool_call_id, refusal, audio,
      thinking_blocks, reasoning_details, reasoning_content, reasoning, annotations, cache_control;
};

/// Reads assistant messages: text, refusals and calls. References must outlive it.
class AssistantReader {
 public:
  /// `breakpoint` as for read_content().
  AssistantReader(std::string_view breakpoint, policy::Conversation& conversation,
                  policy::NoticeLog& notices)
      : breakpoint_(breakpoint),
        conversation_(conversation),
        notices_(notices),
        arguments_(notices) {}

  /// Adds a message that was begun in the conversation. `position` is its index.
  Status read(const MessageFields& fields, int32_t position);

 private:
  using Blocks = std::vector<anthropic::InputBlock>;

  Status read_calls(const MessageFields& fields, int32_t position, Blocks& calls);
  Status add_call(json::Reader call, Blocks& calls);
  Status add_legacy_call(json::Reader call, int32_t position, Blocks& calls);
  Status function_use(json::Reader function, std::string_view id, anthropic::InputBlock& block);
  Status custom_use(json::Reader custom, std::string_view id, anthropic::InputBlock& block);
  void place_refusals(const std::vector<json::Reader>& refusals, bool alone, Blocks& blocks);

  std::string_view breakpoint_;
  policy::Conversation& conversation_;
  policy::NoticeLog& notices_;
  ArgumentsReader arguments_;
};

/// The id by which the conversation knows a call that a `function` message answers.
[[nodiscard]] std::string legacy_call_id(std::string_view name);

}  // namespace proxx::openai::chat
