// Properties over generated conversations, from fixed seeds.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "openai/chat/request.h"
#include "support/random_text.h"

namespace proxx {
namespace {

using Json = nlohmann::ordered_json;

const ModelTable& models() {
  static const ModelTable table;
  return table;
}

std::string body_of(const Json& messages, const std::string& model) {
  RequestOptions options;
  options.models = &models();
  const Json tool = {{"type", "function"}, {"function", {{"name", "f"}}}};
  const Json request = {{"model", model},
                        {"max_tokens", 100},
                        {"tools", Json::array({tool})},
                        {"messages", messages}};
  const auto converted = convert_request(request.dump(), options);
  REQUIRE_MESSAGE(converted, (converted ? ""
                                        : converted.error().param + ": " +
                                              converted.error().message + request.dump()));
  return converted->body;
}

/// Conversations that are legal at every point where the assistant has to answer.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Json begin() {
    Json messages = Json::array();
    if (chance(2)) messages.push_back({{"role", "system"}, {"content", text()}});
    messages.push_back({{"role", "user"}, {"content", text()}});
    return messages;
  }

  /// The assistant's answer and whatever follows it, up to where it has to answer again.
  void grow(Json& messages) {
    if (chance(2)) {
      add_calls(messages);
    } else {
      Json answer = {{"role", "assistant"}, {"content", text()}};
      if (thinks_) answer["thinking_blocks"] = thinking();
      messages.push_back(answer);
      if (chance(3)) messages.push_back({{"role", "developer"}, {"content", text()}});
      messages.push_back({{"role", "user"}, {"content", parts()}});
      if (chance(4)) messages.push_back({{"role", "user"}, {"content", text()}});
    }
    if (chance(5)) messages.push_back({{"role", "system"}, {"content", text()}});
  }

  void set_thinks(bool thinks) { thinks_ = thinks; }
  bool chance(unsigned n) { return random_() % n == 0; }

 private:
  void add_calls(Json& messages) {
    Json calls = Json::array();
    std::vector<std::string> ids;
    std::set<std::string> taken;
    const unsigned count = 1 + random_() % 3;
    for (unsigned i = 0; i < count; ++i) {
      const std::string id = call_id();
      if (!id.empty() && !taken.insert(id).second) continue;
      ids.push_back(id);
      calls.push_back({{"id", id},
                       {"type", "function"},
                       {"function", {{"name", "f"}, {"arguments", "{\"n\":" + text() + "}"}}}});
    }
    Json answer = {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", calls}};
    if (chance(2)) answer["content"] = text();
    if (thinks_) answer["thinking_blocks"] = thinking();
    messages.push_back(answer);
    std::shuffle(ids.begin(), ids.end(), random_);
    for (const std::string& id : ids) {
      if (chance(6)) messages.push_back({{"role", "system"}, {"content", text()}});
      messages.push_back({{"role", "tool"}, {"tool_call_id", id}, {"content", text()}});
    }
    if (chance(3)) messages.push_back({{"role", "user"}, {"content", text()}});
  }

  std::string call_id() {
    static const char* const kIds[] = {"", "toolu_1", "call:1", "call:2", "\xC3\xA9", "a b"};
    return kIds[random_() % std::size(kIds)];
  }

  Json thinking() {
    return Json::array({{{"type", "thinking"}, {"thinking", text()}, {"signature", "c2ln"}}});
  }

  std::string text() { return std::to_string(random_() % 1000); }

  Json parts() {
    return Json::array({{{"type", "text"}, {"text", text()}}, {{"type", "text"}, {"text", " "}}});
  }

  std::mt19937 random_;
  bool thinks_ = false;
};

/// What a body holds of the conversation, without what closes it.
std::string prefix_of(const std::string& body) {
  return body.substr(0, body.size() - std::string_view("]}").size());
}

void expect_well_formed(const std::string& body) {
  const Json request = Json::parse(body);
  std::set<std::string> ids;
  std::set<std::string> open;
  std::string last;
  for (const Json& message : request["messages"]) {
    const std::string role = message["role"];
    CHECK(role != last);
    if (role == "system") CHECK(last == "user");
    if (role == "user" && last == "system") FAIL_CHECK("a user turn behind a system message");
    CHECK_FALSE(message["content"].empty());
    bool results_over = false;
    std::set<std::string> answered;
    for (const Json& block : message["content"]) {
      if (block["type"] == "tool_use") {
        CHECK_MESSAGE(ids.insert(block["id"]).second, "an id of two calls");
        open.insert(block["id"].get<std::string>());
      } else if (block["type"] == "tool_result") {
        CHECK_FALSE(results_over);
        answered.insert(block["tool_use_id"].get<std::string>());
      } else {
        results_over = true;
      }
    }
    if (role == "user") {
      CHECK(answered == open);
      open.clear();
    }
    last = role;
  }
}

TEST_CASE("a history grown by an answer converts to an extension") {
  for (const char* model : {"claude-opus-5-5", "claude-sonnet-4-6", "claude-opus-4-5"}) {
    for (unsigned seed = 0; seed < 60; ++seed) {
      CAPTURE(model);
      CAPTURE(seed);
      Generator generator(seed);
      generator.set_thinks(seed % 2 == 0);
      Json messages = generator.begin();
      std::string before = body_of(messages, model);
      for (int step = 0; step < 8; ++step) {
        generator.grow(messages);
        const std::string after = body_of(messages, model);
        CHECK(after == body_of(messages, model));
        REQUIRE_MESSAGE(after.rfind(prefix_of(before), 0) == 0, before << "\n\n" << after);
        expect_well_formed(after);
        before = after;
      }
    }
  }
}

TEST_CASE("A13: digits of arguments and schemas are never touched") {
  std::mt19937 random(7);
  const auto number = [&] {
    static const char* const kOdd[] = {"-0", "1.10", "1e400", "-1E-400", "0.30000000000000000001"};
    if (random() % 3 == 0) return std::string(kOdd[random() % std::size(kOdd)]);
    std::string digits = "1";
    while (digits.size() < 40) digits.push_back(static_cast<char>('0' + random() % 10));
    return digits;
  };
  RequestOptions options;
  options.models = &models();
  for (int i = 0; i < 50; ++i) {
    const std::string value = number();
    const std::string schema = R"({"type":"object","properties":{"x":{"const":)" + value + "}}}";
    for (const char* strict : {"false", "true"}) {
      const std::string request =
          R"({"model":"claude-opus-5-5","tools":[{"type":"function","function":{"name":"f","strict":)" +
          std::string(strict) + R"(,"parameters":)" + schema +
          R"(}}],"messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"a",)"
          R"("type":"function","function":{"name":"f","arguments":"{\"x\":)" +
          value + R"(}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}]})";
      const auto converted = convert_request(request, options);
      REQUIRE(converted);
      CHECK(converted->body.find(R"("const":)" + value + '}') != std::string::npos);
      CHECK(converted->body.find(R"("input":{"x":)" + value + '}') != std::string::npos);
    }
  }
}

TEST_CASE("texts and arguments go upstream byte for byte") {
  RequestOptions options;
  options.models = &models();
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    // A text that is blank is none, hence the letter.
    const auto text = [&] { return "x" + test::random_text(random, random() % 200); };
    const std::string question = text();
    const std::string answer = text();
    const std::string result = text();
    const std::string input =
        "{" + Json(text()).dump() + " : [1.10, " + Json(text()).dump() + "] }";
    const Json call = {
        {"id", "a"}, {"type", "function"}, {"function", {{"name", "f"}, {"arguments", input}}}};
    const Json messages = {
        {{"role", "user"}, {"content", question}},
        {{"role", "assistant"}, {"content", answer}, {"tool_calls", Json::array({call})}},
        {{"role", "tool"}, {"tool_call_id", "a"}, {"content", result}}};
    const Json request = {{"model", "claude-opus-5-5"}, {"messages", messages}};
    const auto converted = convert_request(request.dump(-1, ' ', random() % 2 == 0), options);
    REQUIRE(converted);
    const Json body = Json::parse(converted->body);
    CHECK(body["messages"][0]["content"][0]["text"] == question);
    CHECK(body["messages"][1]["content"][0]["text"] == answer);
    CHECK(converted->body.find("\"input\":" + input) != std::string::npos);
    const Json& returned = body["messages"][2]["content"][0]["content"];
    CHECK((returned.is_string() ? returned : returned[0]["text"]) == result);
  }
}

}  // namespace
}  // namespace proxx
