#pragma once
#include <string_view>

#include "anthropic/models.h"
#include "anthropic/request.h"

// Text inside a conversation that no client wrote there: system messages for models that take none
// there, instructions in place of settings that the model refuses, the user turn that asks on.

namespace proxx::policy {

/// Puts a text block's text between the tags that mark it as the operator's. The tags are part of
/// cached prompts and of what thinking signatures cover: they must never change.
void tag_as_system(anthropic::InputBlock& text_block);

/// Adds `text` as the last thing that the model reads: a system message where the model takes them
/// inside a conversation, else tagged text at the end of the last user turn. There must be one.
void add_instruction(const Model& model, std::string_view text,
                     anthropic::MessagesRequest& request);

/// The code of strict mode's error where the user turn `Continue.` is added.
inline constexpr const char* kPrefillUnsupported = "prefill_unsupported";
/// Adds that turn, after an assistant turn that the model does not continue.
void add_continue_turn(anthropic::MessagesRequest& request);

/// Adds `text` after the system prompt.
void add_system_text(std::string_view text, anthropic::MessagesRequest& request);

}  // namespace proxx::policy
