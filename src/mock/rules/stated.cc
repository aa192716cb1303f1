#include "mock/rules/stated.h"

#include "base/ascii.h"

namespace proxx::mock {
namespace {

bool is_name(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

/// The last word before `end`, where white space may stand between.
std::string_view word_before(std::string_view text, size_t end) {
  while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\n')) --end;
  size_t begin = end;
  while (begin > 0 && is_name(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

/// The tool of this name, or null.
Json tool_named(const Json& tools, std::string_view name) {
  for (const Json& tool : tools)
    if (tool.value("name", "") == name) return tool;
  return nullptr;
}

}  // namespace

std::vector<StatedCall> stated_calls(const Asked& asked) {
  constexpr int kMaxObjects = 64;  // one can be as long as the text
  std::vector<StatedCall> out;
  const std::string_view text = asked.prompt;
  const Json tools = asked.body.value("tools", Json::array());
  int objects = 0;
  for (size_t at = text.find('{'); at != std::string_view::npos && objects < kMaxObjects;) {
    const std::string_view name = word_before(text, at);
    Json tool = name.empty() ? Json() : tool_named(tools, name);
    const auto object = tool.is_null() ? std::nullopt : read_object(text.substr(at));
    if (!tool.is_null()) ++objects;
    if (object && !is_schema(object->value)) out.push_back({std::move(tool), object->value});
    at = text.find('{', at + (object ? object->bytes : 1));
  }
  return out;
}

}  // namespace proxx::mock
