#include "mock/sample/hints.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "mock/rules/model_rules.h"

namespace proxx::mock::sample {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxBytes = 4096;
constexpr std::string_view kKeywords =
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern "
    "format "
    "minItems maxItems uniqueItems prefixItems contains minContains enum const minProperties "
    "maxProperties propertyNames patternProperties";

/// Where the JSON value that `text` begins with ends: at a comma outside of it, or at the end.
size_t end_of_value(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::optional<Json> hints_of(std::string_view description) {
  std::string_view text = description;
  if (const size_t at = text.rfind("\n\n"); at != std::string_view::npos)
    text.remove_prefix(at + 2);
  if (text.size() > kMaxBytes) return {};
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  Json out = Json::object();
  while (!text.empty()) {
    const size_t colon = text.find(": ");
    if (colon == std::string_view::npos || !has_word(kKeywords, text.substr(0, colon))) return {};
    const std::string name(text.substr(0, colon));
    text.remove_prefix(colon + 2);
    const size_t end = end_of_value(text);
    Json value = Json::parse(text.substr(0, end), nullptr, false);
    if (value.is_discarded()) return {};
    out[name] = std::move(value);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  if (out.empty()) return {};
  return out;
}

}  // namespace proxx::mock::sample
