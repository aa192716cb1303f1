#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "answer/converter.h"
#include "json/writer.h"

// What the three forms of an answer have in common of OpenAI's vocabulary (wire.md 5.2, 5.3, 6.4).
// Their writers (openai_chunks.h, openai_completion.h, openai_text.h) have the same members and are
// driven by AnswerState alone. `raw` strings are the insides of JSON strings, escapes and all.

namespace proxx::openai {

enum class CallKind { function, custom, legacy };

/// One call of a tool; `number` counts the answer's calls from 0.
struct Call {
  uint32_t number = 0;
  CallKind kind = CallKind::function;
};

/// A piece of a thinking block. `index` is the block's place in the Anthropic message.
struct Thinking {
  uint32_t index = 0;
  std::string_view raw_text;
  bool begins_later_block = false;  ///< joined texts get a blank line before this piece
};

/// How an answer ended.
struct Ending {
  std::string_view finish_reason;
  std::string_view raw_native_reason;  ///< upstream's word, where ours cannot stand for it; or ""
  std::string_view raw_refusal;        ///< "" if it was none
  std::string_view service_tier;       ///< "" if unknown
};

/// A call's object up to the inside of its argument string, and what closes it. A legacy call is
/// the value of `function_call`, the others are elements of `tool_calls`.
void append_call_opening(std::string& out, CallKind kind, std::string_view raw_id,
                         std::string_view raw_name);
[[nodiscard]] std::string_view call_closing(CallKind kind);

/// An element of `reasoning_details`; an empty signature is left out.
void write_reasoning_text(json::Writer& writer, uint32_t index, std::string_view raw_text,
                          std::string_view raw_signature);
void write_reasoning_encrypted(json::Writer& writer, uint32_t index, std::string_view raw_data);
/// An element of `thinking_blocks`; an empty signature is left out.
void write_thinking_block(json::Writer& writer, std::string_view raw_text,
                          std::string_view raw_signature);
void write_redacted_thinking_block(json::Writer& writer, std::string_view raw_data);

void write_usage(json::Writer& writer, const AnswerFacts& facts);

/// `chatcmpl-x` of `msg_x`: the same for streamed and whole answers.
[[nodiscard]] std::string completion_id(std::string_view raw_message_id);

}  // namespace proxx::openai
