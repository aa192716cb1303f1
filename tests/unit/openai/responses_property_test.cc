// Properties of Responses conversations, generated from fixed seeds.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "openai/responses/request.h"
#include "openai/responses/sealed.h"

namespace proxx::openai::responses {
namespace {

using Json = nlohmann::ordered_json;

std::string body_of(const Json& input, const std::string& model) {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  const Json tools = Json::parse(R"([{"type":"function","name":"f"},{"type":"custom","name":"c"},
      {"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}])");
  const Json request = {
      {"model", model}, {"max_output_tokens", 100}, {"tools", tools}, {"input", input}};
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
    Json input = Json::array();
    if (chance(2)) input.push_back(message("developer"));
    input.push_back(message("user"));
    return input;
  }

  /// The assistant's answer and whatever follows it, up to where it has to answer again.
  void grow(Json& input) {
    if (chance(2)) add_reasoning(input);
    if (chance(3)) {
      add_text(input);
      if (chance(3)) input.push_back(message("developer"));
      input.push_back(message("user"));
    } else {
      add_calls(input);
      if (chance(3)) input.push_back(message("user"));
    }
  }

 private:
  bool chance(unsigned n) { return random_() % n == 0; }
  std::string text() { return std::to_string(random_() % 1000); }

  Json message(const char* role) {
    if (chance(2)) return {{"role", role}, {"content", text()}};
    return {{"type", "message"},
            {"role", role},
            {"content", Json::array({{{"type", "input_text"}, {"text", text()}},
                                     {{"type", "input_text"}, {"text", " "}}})}};
  }

  void add_text(Json& input) {
    input.push_back({{"type", "message"},
                     {"role", "assistant"},
                     {"content", Json::array({{{"type", "output_text"}, {"text", text()}}})}});
  }

  void add_reasoning(Json& input) {
    const Json blocks =
        Json::array({{{"type", "thinking"}, {"thinking", text()}, {"signature", "c2ln"}}});
    input.push_back({{"type", "reasoning"},
                     {"id", "rs_01_0"},
                     {"summary", Json::array()},
                     {"encrypted_content", chance(8) ? "gAAAA" : seal(blocks.dump())}});
  }

  /// Calls and their results in any order that keeps each result behind its call; in between the
  /// assistant may say more, and so may the client.
  void add_calls(Json& input) {
    std::vector<Json> open;
    int more = 1 + static_cast<int>(random_() % 4);
    while (more > 0 || !open.empty()) {
      if (more > 0 && (open.empty() || chance(2))) {
        --more;
        open.push_back(add_call(input));
      } else {
        const size_t which = random_() % open.size();
        input.push_back(open[which]);
        open.erase(open.begin() + static_cast<ptrdiff_t>(which));
      }
      if (open.empty()) continue;
      if (chance(6)) add_text(input);
      if (chance(6)) add_reasoning(input);
      if (chance(8)) input.push_back(message("developer"));
      if (chance(8)) input.push_back(message("user"));
    }
  }

  /// Returns the call's output.
  Json add_call(Json& input) {
    static const char* const kIds[] = {"toolu_", "call:", "a b", "\xC3\xA9"};
    const std::string id =
        kIds[random_() % std::size(kIds)] + std::to_string(chance(4) ? 0 : ++calls_);
    switch (random_() % 3) {
      case 0:
        input.push_back({{"type", "custom_tool_call"},
                         {"call_id", unique(id)},
                         {"name", "c"},
                         {"input", text()}});
        return {{"type", "custom_tool_call_output"}, {"call_id", last_id_}, {"output", text()}};
      case 1:
        input.push_back({{"type", "function_call"},
                         {"call_id", unique(id)},
                         {"name", "f"},
                         {"namespace", "n"},
                         {"arguments", "{\"n\":" + text() + "}"}});
        break;
      default:
        input.push_back({{"type", "function_call"},
                         {"call_id", unique(id)},
                         {"name", "f"},
                         {"arguments", text()}});
    }
    return {{"type", "function_call_output"},
            {"call_id", last_id_},
            {"output", Json::array({{{"type", "input_text"}, {"text", text()}}})}};
  }

  const std::string& unique(const std::string& id) {
    last_id_ = used_.insert(id).second ? id : id + '_' + std::to_string(++calls_);
    return last_id_;
  }

  std::mt19937 random_;
  int calls_ = 0;
  std::set<std::string> used_;
  std::string last_id_;
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
  for (const Json& turn : request["messages"]) {
    const std::string role = turn["role"];
    CHECK(role != last);
    CHECK_FALSE(turn["content"].empty());
    CHECK_MESSAGE((role != "assistant" || turn["content"].back()["type"] != "thinking"), body);
    std::set<std::string> answered;
    bool results_over = false;
    for (const Json& block : turn["content"]) {
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

TEST_CASE("a Responses history that grows converts to an extension") {
  for (const char* model : {"claude-opus-5-5", "claude-sonnet-4-6"}) {
    for (unsigned seed = 0; seed < 80; ++seed) {
      CAPTURE(model);
      CAPTURE(seed);
      Generator generator(seed);
      Json input = generator.begin();
      std::string before = body_of(input, model);
      for (int step = 0; step < 8; ++step) {
        generator.grow(input);
        const std::string after = body_of(input, model);
        CHECK(after == body_of(input, model));
        REQUIRE_MESSAGE(after.rfind(prefix_of(before), 0) == 0, before << "\n\n" << after);
        expect_well_formed(after);
        before = after;
      }
    }
  }
}

TEST_CASE("thinking that comes back sealed is where it was") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    Json input = Json::array({{{"role", "user"}, {"content", "Hi"}}});
    Json expected = Json::array();
    const unsigned count = 2 + random() % 6;
    for (unsigned i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      const unsigned kind = i + 1 == count ? 1 : random() % 3;
      if (kind == 0) {
        const Json block = {{"type", "thinking"}, {"thinking", n}, {"signature", "c2ln"}};
        expected.push_back(block);
        input.push_back({{"type", "reasoning"},
                         {"summary", Json::array()},
                         {"encrypted_content", seal(Json::array({block}).dump())}});
      } else if (kind == 1) {
        expected.push_back({{"type", "text"}, {"text", n}});
        input.push_back({{"role", "assistant"}, {"content", n}});
      } else {
        expected.push_back(
            {{"type", "tool_use"}, {"id", "c" + n}, {"name", "f"}, {"input", Json::object()}});
        input.push_back({{"type", "function_call"}, {"call_id", "c" + n}, {"name", "f"}});
      }
    }
    for (const Json& block : expected) {
      if (block["type"] != "tool_use") continue;
      input.push_back({{"type", "function_call_output"}, {"call_id", block["id"]}});
    }
    input.push_back({{"role", "user"}, {"content", "end"}});
    const Json body = Json::parse(body_of(input, "claude-opus-5-5"));
    CHECK_MESSAGE(body["messages"][1]["content"] == expected, input.dump());
  }
}

}  // namespace
}  // namespace proxx::openai::responses
