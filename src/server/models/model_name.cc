#include "server/models/model_name.h"

#include <algorithm>

#include "json/string.h"
#include "json/text.h"

namespace proxx::server {
namespace {

constexpr size_t kMaxModelBytes = 256;

/// The inside of the string that begins at `quote`; `at` becomes the place behind it.
std::string_view take_string(std::string_view text, size_t& at) {
  const size_t begin = at + 1;
  for (size_t end = begin;; ++end) {
    end = text.find('"', end);
    if (end == std::string_view::npos) {
      at = text.size();
      return text.substr(std::min(begin, text.size()));
    }
    size_t backslashes = 0;
    while (end - backslashes > begin && text[end - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 1) continue;
    at = end + 1;
    return text.substr(begin, end - begin);
  }
}

std::string decoded(std::string_view raw) {
  if (raw.size() > kMaxModelBytes) return {};
  const std::string quoted = "\"" + std::string(raw) + "\"";
  return json::is_valid(quoted) ? json::unescape(json::Raw(raw)) : std::string();
}

}  // namespace

std::string model_name(std::string_view body) {
  std::string name;
  size_t depth = 0;
  bool is_value = false;  // behind a colon of the outer object
  bool is_model = false;
  for (size_t at = 0; at < body.size();) {
    switch (body[at]) {
      case '"': {
        const std::string_view text = take_string(body, at);
        if (depth != 1) break;
        if (!is_value) {
          is_model = text == "model";
        } else if (is_model) {
          name = decoded(text);
        }
        break;
      }
      case '{':
      case '[':
        ++depth;
        ++at;
        break;
      case '}':
      case ']':
        depth -= depth > 0 ? 1 : 0;
        ++at;
        break;
      case ':':
        if (depth == 1 && !is_value) {
          is_value = true;
          if (is_model) name.clear();
        }
        ++at;
        break;
      case ',':
        if (depth == 1) is_value = is_model = false;
        ++at;
        break;
      default:
        ++at;
        break;
    }
  }
  return name;
}

}  // namespace proxx::server
