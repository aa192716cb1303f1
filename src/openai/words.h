#pragma once
#include <string>
#include <string_view>

#include "answer/facts.h"
#include "json/writer.h"

// What OpenAI's APIs call what an answer has (docs/mapping-chat.md 6.7).

namespace proxx::openai {

/// `finish_reason`. Without a reason of the upstream's, an answer with calls ended for them.
[[nodiscard]] std::string_view finish_reason(const answer::Stop& stop, bool has_calls);

/// The upstream's own word where finish_reason() cannot express it, else "".
[[nodiscard]] json::Raw native_finish_reason(const answer::Stop& stop);

/// The text of a refusal: the upstream's explanation, or a sentence with the category if that is
/// known. "" if the model did not refuse.
[[nodiscard]] json::RawString refusal_text(const answer::Stop& stop);

/// `service_tier`, or "" if OpenAI has no word for it.
[[nodiscard]] std::string_view service_tier(const answer::Stop& stop);

/// The `usage` object of chat completions and of the legacy completions.
void write_usage(json::Writer& writer, const answer::TokenUsage& usage);

/// The input of a custom tool's call, out of the wrapper `{"input":"..."}`
/// (docs/mapping-chat.md 6.1). Of a call that was cut off, the part that came; of any other JSON,
/// its text.
[[nodiscard]] json::RawString custom_input(std::string_view arguments);

}  // namespace proxx::openai
