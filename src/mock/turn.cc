#include "mock/turn.h"

#include <algorithm>

#include "mock/binding.h"
#include "mock/sample/sample.h"

namespace proxx::mock {
namespace {

constexpr size_t kMaxEchoBytes = 200;

/// The name of a tool; a toolset has none.
std::string name_of(const Json& tool) {
  return tool.value("name", "");
}

/// Which text of thinking is shown: none where the display is `omitted`, by wish or by default.
bool shows_thinking(const Asked& asked) {
  const Json thinking = asked.body.value("thinking", Json::object());
  const auto display = thinking.find("display");
  if (display != thinking.end() && display->is_string()) return *display == "summarized";
  return asked.model->summarizes_by_default;
}

}  // namespace

void add_text(Message& message, std::string text) {
  message.content.push_back({{{"type", "text"}, {"text", std::move(text)}}, {}});
}

std::string echo(const Asked& asked) {
  std::string out = asked.prompt;
  const size_t mark = out.find("[[mock:");
  const size_t end = mark == std::string::npos ? mark : out.find("]]", mark);
  if (end != std::string::npos) out.erase(mark, end + 2 - mark);
  std::replace(out.begin(), out.end(), '\n', ' ');
  while (out.starts_with(' ')) out.erase(0, 1);
  while (out.ends_with(' ')) out.pop_back();
  if (out.size() <= kMaxEchoBytes) return out;
  size_t cut = kMaxEchoBytes;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
  return out.substr(0, cut) + "...";
}

void add_thinking(const Asked& asked, Message& message) {
  const std::string shown =
      shows_thinking(asked) ? "The user wrote something. A greeting is due." : "";
  const Signature signature{shown.empty() ? 0 : hash_text(shown), answer_prefix(asked.body)};
  message.content.push_back(
      {{{"type", "thinking"}, {"thinking", shown}, {"signature", signature.encode()}}, {}});
  message.usage.thinking_tokens = 30;
}

Json wanted_tool(const Asked& asked, size_t skip) {
  std::vector<Json> named;
  if (asked.body.contains("tools"))
    for (const Json& tool : asked.body["tools"])
      if (!name_of(tool).empty()) named.push_back(tool);
  std::stable_partition(named.begin(), named.end(),
                        [](const Json& tool) { return tool.contains("input_schema"); });
  std::stable_partition(named.begin(), named.end(), [&asked](const Json& tool) {
    return std::count(asked.called.begin(), asked.called.end(), name_of(tool)) == 0;
  });
  if (named.empty())
    return {
        {"name", "get_weather"},
        {"input_schema", {{"type", "object"}, {"properties", {{"city", {{"enum", {"Paris"}}}}}}}}};
  for (size_t i = 0; i < named.size(); ++i)
    if (name_of(named[i]) == asked.duty.tool_name) return named[i];
  for (size_t i = 0; i < named.size(); ++i)
    if (asked.prompt.find(name_of(named[i])) != std::string::npos)
      return named[(i + skip) % named.size()];
  return named[skip % named.size()];
}

bool runs_upstream(const Json& tool) {
  const std::string type = tool.value("type", "");
  const auto begins = [&type](std::string_view prefix) { return type.starts_with(prefix); };
  return begins("web_search_") || begins("web_fetch_") || begins("code_execution_") ||
         begins("tool_search_tool_");
}

Json sample_input(const Json& tool) {
  if (const auto schema = tool.find("input_schema"); schema != tool.end())
    return sample_of(*schema);
  const std::string name = name_of(tool);
  if (name == "bash") return {{"command", "echo mock"}};
  if (name == "memory") return {{"command", "view"}, {"path", "/memories"}};
  if (name.starts_with("str_replace")) return {{"command", "view"}, {"path", "/mock.txt"}};
  return Json::object();
}

void add_call(const Asked& asked, Message& message, const Json& tool, Json input) {
  const std::string id =
      "toolu_mock_" + std::to_string(asked.number) + "_" + std::to_string(message.content.size());
  message.content.push_back({{{"type", "tool_use"},
                              {"id", id},
                              {"name", tool["name"]},
                              {"input", std::move(input)},
                              {"caller", {{"type", "direct"}}}},
                             {}});
  message.stop_reason = "tool_use";
}

void begin_calls(const Asked& asked, Message& message) {
  if (asked.duty.thinks && message.content.empty()) add_thinking(asked, message);
}

}  // namespace proxx::mock
