#pragma once
#include <string_view>

#include "anthropic/models.h"
#include "anthropic/request.h"

// The operator's text inside a conversation: system messages for models that take none there, and
// instructions in place of settings that the model refuses.

namespace proxx::policy {

/// Puts a text block's text between the tags that mark it as the operator's. The tags are part of
/// cached prompts and of what thinking signatures cover: they must never change.
void tag_as_system(anthropic::InputBlock& text_block);

/// Adds `text` as the last thing that the model reads: a system message where the model takes them
/// inside a conversation, else tagged text at the end of the last user turn. There must be one.
void add_instruction(const Model& model, std::string_view text,
                     anthropic::MessagesRequest& request);

/// Adds `text` after the system prompt.
void add_system_text(std::string_view text, anthropic::MessagesRequest& request);

}  // namespace proxx::policy
