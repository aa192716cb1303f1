#include "mock/rules/asked.h"

#include <algorithm>

namespace proxx::mock {
namespace {

void read_last_user_message(const Json& messages, Asked& out) {
  for (size_t i = messages.size(); i > 0; --i) {
    const Json& message = messages[i - 1];
    if (message.at("role") != "user") continue;
    const Json& content = message.at("content");
    out.prompt = text_of(content);
    if (!content.is_array()) return;
    for (const Json& block : content)
      if (block.at("type") == "tool_result")
        out.results.push_back(block.contains("content") ? text_of(block.at("content")) : "");
    return;
  }
}

bool brings_results(const Json& message) {
  const Json& content = message.at("content");
  return content.is_array() && std::any_of(content.begin(), content.end(), [](const Json& block) {
           return block.at("type") == "tool_result";
         });
}

/// The names of the calls after the last user message that brings no tool results.
std::vector<std::string> called_tools(const Json& messages) {
  std::vector<std::string> out;
  for (size_t i = messages.size(); i > 0; --i) {
    const Json& message = messages[i - 1];
    if (message.at("role") == "user" && !brings_results(message)) break;
    if (message.at("role") != "assistant" || !message.at("content").is_array()) continue;
    for (const Json& block : message.at("content"))
      if (block.at("type") == "tool_use") out.push_back(block.at("name"));
  }
  return out;
}

}  // namespace

Asked read_request(std::string_view body) {
  Asked out;
  out.body = Json::parse(body, nullptr, false);
  out.model = find_model(out.body.at("model").get_ref<const std::string&>());
  out.stream = out.body.value("stream", false);
  const Json& messages = out.body.at("messages");
  out.paused = messages.back().at("role") == "assistant";
  read_last_user_message(messages, out);
  out.called = called_tools(messages);
  out.duty = duty_of(out.body, *out.model, !out.results.empty());
  return out;
}

int64_t count_tokens(std::string_view text) {
  constexpr size_t kBytesPerToken = 4;
  return static_cast<int64_t>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

int64_t count_input_tokens(const Json& body) {
  int64_t out = 0;
  for (const char* part : {"system", "tools", "messages"})
    if (body.contains(part)) out += count_tokens(dump(body[part]));
  return out;
}

}  // namespace proxx::mock
