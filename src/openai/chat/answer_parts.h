#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"
#include "json/writer.h"
#include "openai/chat/answer_options.h"
#include "openai/content/citations.h"

// What the forms of a chat answer have in common (docs/protocol.md 5.2, 5.3;
// docs/mapping-chat.md 6.4).

namespace proxx::openai {

using json::Raw;

/// The `id` of the answer: `chatcmpl-x` for `msg_x`, the same for streamed and whole answers.
[[nodiscard]] json::RawString completion_id(Raw message_id);
/// The `model` to show.
[[nodiscard]] json::RawString shown_model(const AnswerOptions& options, Raw model);

enum class CallKind { function, custom, legacy };

/// Knows how each call of an answer is shown.
class CallKinds {
 public:
  explicit CallKinds(const AnswerOptions& options);
  /// Nothing for a call that is not shown: `function_call` holds one call. Requests with legacy
  /// functions switch parallel calls off.
  [[nodiscard]] std::optional<CallKind> kind_of(const answer::ToolCall& call, Raw name) const;
  [[nodiscard]] bool legacy() const { return legacy_; }

 private:
  bool legacy_;
  std::vector<std::string> custom_tools_;  ///< sorted
};

/// Appends a call's object up to the text of its argument string; call_closing() completes it. A
/// legacy call is the value of `function_call`, the others are elements of `tool_calls`.
void append_call_opening(std::string& out, CallKind kind, Raw id, Raw name);
[[nodiscard]] std::string_view call_closing(CallKind kind);
/// A whole call's arguments. A custom tool's input is known only by then.
[[nodiscard]] json::RawString shown_arguments(CallKind kind, Raw arguments);

/// An element of `reasoning_details`; leaves out an empty signature.
void write_reasoning_text(json::Writer& writer, uint32_t index, Raw text, Raw signature);
void write_reasoning_encrypted(json::Writer& writer, uint32_t index, Raw data);
/// An element of `thinking_blocks`; leaves out an empty signature.
void write_thinking_block(json::Writer& writer, Raw text, Raw signature);
void write_redacted_thinking_block(json::Writer& writer, Raw data);

/// `finish_reason`, and `native_finish_reason` where the first cannot express the upstream's word.
void write_finish(json::Writer& writer, const answer::Stop& stop, const CallKinds& kinds,
                  bool has_calls);
/// `service_tier`, if it is known.
void write_service_tier(json::Writer& writer, const answer::Stop& stop);

/// An element of `annotations`.
void write_annotation(json::Writer& writer, const UrlCitation& citation);

}  // namespace proxx::openai
