#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The small rules by which one text or word of an answer becomes another (wire.md 6.7). `raw` is
// the inside of a JSON string, escapes and all.

namespace proxx {

/// Code points of the text: what an url_citation's indices count, as Python clients index strings.
/// A low surrogate's escape counts nothing, so that a pair is one wherever it is cut.
[[nodiscard]] int64_t count_code_points(std::string_view raw);

struct FinishReason {
  std::string_view openai;
  bool known = true;  ///< false: upstream's word is a new one, and is to be shown too
};
/// Without a reason, an answer with calls ended for them.
[[nodiscard]] FinishReason finish_reason_of(const std::optional<std::string>& raw_stop_reason,
                                            bool has_calls);

/// What `refusal` says, raw: the explanation, or a sentence with the category ("" if unknown).
[[nodiscard]] std::string refusal_text(std::string_view raw_category,
                                       std::string_view raw_explanation);

/// The raw input of a custom tool's call, out of the wrapper `{"input":"..."}` (wire.md 6.1). Of a
/// call that was cut off, as far as it goes; of any other JSON, its text.
[[nodiscard]] std::string custom_call_input(std::string_view arguments);

}  // namespace proxx
