#include "json/find_member.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace proxx::json {
namespace {

/// The offset behind the string whose opening quote is at `quote`.
size_t end_of_string(std::string_view text, size_t quote) {
  size_t at = text.find_first_of("\"\\", quote + 1);
  while (at != std::string_view::npos && text[at] == '\\') at = text.find_first_of("\"\\", at + 2);
  return at == std::string_view::npos ? text.size() : at + 1;
}

}  // namespace

std::string_view find_member(std::string_view text, std::string_view key) {
  std::string_view found;
  size_t depth = 0;
  size_t begin = 0;  // of what is read at depth 1: a key, then its value
  bool in_value = false;
  bool is_named = false;
  const auto end_member = [&](size_t end) {
    if (depth != 1) return;
    if (is_named) found = trimmed(text.substr(begin, end - begin));
    in_value = is_named = false;
    begin = end + 1;
  };
  for (size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = end_of_string(text, at) - 1;
        break;
      case '{':
      case '[':
        if (++depth == 1) begin = at + 1;
        break;
      case '}':
      case ']':
        end_member(at);
        depth = std::max<size_t>(depth, 1) - 1;
        break;
      case ',':
        end_member(at);
        break;
      case ':': {
        if (depth != 1 || in_value) break;
        in_value = true;
        const std::string_view name = trimmed(text.substr(begin, at - begin));
        is_named = name.size() == key.size() + 2 && name.front() == '"' && name.back() == '"' &&
                   name.substr(1, key.size()) == key;
        begin = at + 1;
        break;
      }
      default:
        break;
    }
  }
  return found;
}

}  // namespace proxx::json
