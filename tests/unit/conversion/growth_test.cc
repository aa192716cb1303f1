// docs/mapping-chat.md 6.0, rule 1, over generated histories: what was sent once is sent again.
#include <doctest/doctest.h>

#include <algorithm>

#include "openai/chat/request.h"
#include "unit/conversion/request_generator.h"

namespace proxx::test {
namespace {

/// One piece of the prompt: a tool, or a block with the role that it belongs to. Cache breakpoints
/// may move (docs/protocol.md 1.8), and thinking may be left out later (6.4).
std::vector<std::string> prompt_of(const std::string& body) {
  const Json request = Json::parse(body);
  std::vector<std::string> out;
  const auto add = [&](const std::string& role, Json block) {
    const std::string type = block.value("type", "");
    block.erase("cache_control");
    if (type != "thinking" && type != "redacted_thinking") out.push_back(role + block.dump());
  };
  for (const char* part : {"tools", "system"}) {
    for (const Json& block : request.value(part, Json::array())) add(part, block);
  }
  for (const Json& message : request["messages"]) {
    for (const Json& block : message["content"]) add(message["role"], block);
  }
  return out;
}

bool ends_with_user(const std::string& body) {
  return Json::parse(body)["messages"].back()["role"] != "assistant";
}

TEST_CASE("whatever a history grows by, its converted prompt is extended") {
  const ModelTable models;
  RequestOptions options;
  options.models = &models;
  size_t pairs = 0;
  for (const char* model : {"claude-opus-5-5", "claude-sonnet-4-6", "claude-opus-4-5"}) {
    for (uint32_t seed = 1; seed <= 60; ++seed) {
      Json request = RequestGenerator(seed).plain_request(model);
      const Json messages = request["messages"];
      std::vector<std::string> before;
      request["messages"] = Json::array();
      for (size_t i = 0; i <= messages.size(); ++i) {
        const bool answer_is_due = i == messages.size() || messages[i]["role"] == "assistant";
        const bool asked = i > 0 && messages[i - 1]["role"] != "assistant";
        const auto converted = answer_is_due && asked ? convert_request(request.dump(), options)
                                                      : Result<ConvertedChatRequest>(err({}, ""));
        // A user message without content leaves a request that ends with the assistant's: no
        // history.
        if (converted && ends_with_user(converted->body)) {
          const auto after = prompt_of(converted->body);
          CAPTURE(model);
          CAPTURE(seed);
          CAPTURE(request.dump());
          REQUIRE(after.size() >= before.size());
          CHECK(std::equal(before.begin(), before.end(), after.begin()));
          pairs += before.empty() ? 0 : 1;
          before = after;
        }
        if (i < messages.size()) request["messages"].push_back(messages[i]);
      }
    }
  }
  CHECK(pairs > 100);
}

}  // namespace
}  // namespace proxx::test
