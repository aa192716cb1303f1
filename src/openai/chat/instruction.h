#pragma once
#include <string_view>

#include "openai/chat/context.h"

// Text of the operator's inside the conversation: system messages for models that do not have
// them there, and duties that stand in for settings the model refuses.

namespace proxx::request {

/// Puts a text block's text between the tags that mark it as the operator's. The tags are part of
/// what prompt caches have seen: they never change.
void tag_as_system(Block& block);

/// Adds `text` as the last thing the model reads: a system message where the model has them inside
/// a conversation, else tagged text at the end of the last user turn.
void add_instruction(Conversion& c, std::string_view text);

/// Adds `text` behind the system prompt.
void add_system_text(Conversion& c, std::string_view text);

}  // namespace proxx::request
