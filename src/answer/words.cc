#include "answer/words.h"

#include <algorithm>

#include "anthropic/event.h"
#include "json/reader.h"
#include "json/text.h"

namespace proxx {
namespace {

bool is_low_surrogate_escape(std::string_view raw, size_t backslash) {
  if (backslash + 3 >= raw.size() || raw[backslash + 1] != 'u') return false;
  const char first = static_cast<char>(raw[backslash + 2] | 0x20);
  const char second = static_cast<char>(raw[backslash + 3] | 0x20);
  return first == 'd' && second >= 'c' && second <= 'f';
}

}  // namespace

int64_t count_code_points(std::string_view raw) {
  int64_t count = 0;
  // Few enough bytes at a time for a byte to count them: so a compiler takes many at once.
  constexpr size_t kStride = 128;
  for (std::string_view rest = raw; !rest.empty();
       rest.remove_prefix(std::min(kStride, rest.size()))) {
    uint8_t begins = 0;
    for (const char byte : rest.substr(0, kStride)) begins += static_cast<signed char>(byte) >= -64;
    count += begins;
  }
  for (size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at)) {
    const size_t length = raw[at + 1] == 'u' ? 6 : 2;
    count -= static_cast<int64_t>(length) - (is_low_surrogate_escape(raw, at) ? 0 : 1);
    at += length;
  }
  return count;
}

FinishReason finish_reason_of(const std::optional<std::string>& raw_stop_reason, bool has_calls) {
  struct Row {
    std::string_view anthropic;
    std::string_view openai;
  };
  static constexpr Row kRows[] = {
      {"end_turn", "stop"},       {"stop_sequence", "stop"},
      {"pause_turn", "stop"},     {"compaction", "stop"},
      {"max_tokens", "length"},   {"model_context_window_exceeded", "length"},
      {"tool_use", "tool_calls"}, {"refusal", "content_filter"},
  };
  if (!raw_stop_reason) return {has_calls ? "tool_calls" : "stop"};
  for (const Row& row : kRows) {
    if (row.anthropic == *raw_stop_reason) return {row.openai};
  }
  return {"stop", false};
}

std::string refusal_text(std::string_view raw_category, std::string_view raw_explanation) {
  if (!raw_explanation.empty()) return std::string(raw_explanation);
  std::string text = "The model refused to answer this request";
  if (!raw_category.empty()) text.append(" (category: ").append(raw_category).append(")");
  return text + '.';
}

std::string custom_call_input(std::string_view arguments) {
  json::Document document;
  for (const std::string_view missing_end : {"", "\"}", "}"}) {
    if (!document.parse(std::string(arguments).append(missing_end), anthropic::kUpstreamJson))
      continue;
    const json::Reader input = document.root().get("input");
    if (input.is_string()) return std::string(input.raw_string());
  }
  std::string text;
  json::append_escaped(text, arguments);
  return text;
}

}  // namespace proxx
