#include "mock/scenarios/scenarios.h"

#include <doctest/doctest.h>

#include <set>

#include "mock/models_api.h"
#include "mock/rules/rules.h"
#include "mock/sample/sample.h"
#include "mock/scenarios/faults.h"
#include "mock/scenarios/messages.h"
#include "mock/wire_headers.h"
#include "unit/mock/mock_test_support.h"

namespace proxx::mock {
namespace {

constexpr const char* kTools = R"({"tools":[
  {"name":"look","input_schema":{"type":"object","properties":{"city":{"type":"string"},
    "days":{"type":"integer"}},"required":["city"]}},
  {"name":"see","input_schema":{"type":"object","properties":{}}}]})";

Asked asked_for(const std::string& prompt, const std::string& members = "{}") {
  auto request = request_for("mock-1", members);
  request["messages"].back()["content"] = prompt;
  return read_request(request.dump());
}

struct Event {
  std::string name;
  Json data;
};

std::vector<Event> parse(const std::vector<std::string>& pieces) {
  std::vector<Event> out;
  for (const std::string& piece : pieces) {
    const size_t line = piece.find('\n');
    REQUIRE(piece.starts_with("event: "));
    REQUIRE(piece.ends_with("\n\n"));
    REQUIRE(piece.substr(line + 1, 6) == "data: ");
    out.push_back({piece.substr(7, line - 7), Json::parse(piece.substr(line + 7))});
    CHECK(out.back().data["type"] == out.back().name);
  }
  return out;
}

void apply_delta(Json& block, const Json& delta, std::string& input) {
  const std::string type = delta["type"];
  if (type == "text_delta") {
    block["text"] = block["text"].get<std::string>() + delta["text"].get<std::string>();
  } else if (type == "thinking_delta") {
    block["thinking"] = block["thinking"].get<std::string>() + delta["thinking"].get<std::string>();
  } else if (type == "signature_delta") {
    block["signature"] = delta["signature"];
  } else if (type == "citations_delta") {
    block["citations"].push_back(delta["citation"]);
  } else if (type == "input_json_delta") {
    input += delta["partial_json"].get<std::string>();
  }
}

/// What a client of the official SDK has in hand at the end (docs/protocol.md 2.2, 2.3).
Json fold(const std::vector<Event>& events) {
  REQUIRE(events.front().name == "message_start");
  REQUIRE(events.back().name == "message_stop");
  Json message = events.front().data["message"];
  CHECK(message["content"].empty());
  CHECK(message["stop_reason"].is_null());
  std::string input;
  for (const Event& event : events) {
    if (event.name == "content_block_start") {
      CHECK(event.data["index"] == message["content"].size());
      message["content"].push_back(event.data["content_block"]);
      input.clear();
    } else if (event.name == "content_block_delta") {
      apply_delta(message["content"].back(), event.data["delta"], input);
    } else if (event.name == "content_block_stop" && !input.empty() && Json::accept(input)) {
      message["content"].back()["input"] = Json::parse(input);
    } else if (event.name == "message_delta") {
      message.update(event.data["delta"]);
      message["usage"].update(event.data["usage"]);
    }
  }
  return message;
}

std::string whole(const Answer& answer) {
  std::string out;
  for (const std::string& piece : answer.pieces) out += piece;
  return out;
}

Json json_of(const std::string& scenario, const std::string& members = "{}") {
  return Json::parse(whole(answer(scenario, asked_for("hi", members))));
}

}  // namespace

TEST_CASE("a scenario's events fold into the message that it answers with otherwise") {
  for (const char* members : {"{}", kTools}) {
    for (const MessageScenario& scenario : message_scenarios()) {
      CAPTURE(scenario.name);
      const Message message = make_message(scenario, asked_for("h\xc3\xa4 look", members));
      CHECK(fold(parse(render_events(message))) == Json::parse(render_json(message)));
    }
  }
}

TEST_CASE("all scenarios have a name of their own and say what they show") {
  std::set<std::string_view> names;
  for (const ScenarioInfo& each : scenarios()) {
    CHECK(names.insert(each.name).second);
    CHECK_FALSE(each.shows.empty());
    CHECK(is_scenario(each.name));
  }
  CHECK(names.size() >= 50);
  CHECK_FALSE(is_scenario("nonsense"));
}

TEST_CASE("every scenario plays in both forms") {
  for (const char* members : {"{}", R"({"stream":true})"}) {
    for (const ScenarioInfo& each : scenarios()) {
      CAPTURE(each.name);
      const Answer played = answer(each.name, asked_for("hi", members));
      CHECK((played.cut || played.stalls || !played.pieces.empty()));
      if (played.whole) CHECK(played.pieces.size() == 1);
    }
  }
}

TEST_CASE("the request chooses the scenario") {
  const std::string forced = std::string(kTools).substr(0, std::string(kTools).size() - 1) +
                             R"(,"tool_choice":{"type":"any"}})";
  const std::string format =
      R"({"output_config":{"format":{"type":"json_schema","schema":{"type":"string"}}}})";
  CHECK(choose_scenario(asked_for("hi")) == "text");
  CHECK(choose_scenario(asked_for("say [[mock:refusal]] please")) == "refusal");
  CHECK(choose_scenario(asked_for("hi", kTools)) == "text");
  CHECK(choose_scenario(asked_for("please look", kTools)) == "tools");
  CHECK(choose_scenario(asked_for("hi", forced)) == "tools");
  CHECK(choose_scenario(asked_for("hi", format)) == "structured");
  CHECK(answer("nonsense", asked_for("hi")).status == 400);
}

TEST_CASE("text repeats the prompt without its marker, and no more than 200 bytes") {
  CHECK(json_of("text")["content"][0]["text"] == "Hello from the mock upstream. You said: hi");
  const auto text_for = [](const std::string& prompt) {
    const Message message = make_text_message(asked_for(prompt));
    return message.content[0].value["text"].get<std::string>();
  };
  CHECK(text_for("[[mock:text]] a\nb").ends_with("You said: a b"));
  CHECK(text_for("[[mock:text").ends_with("You said: [[mock:text"));
  std::string umlauts;
  for (int i = 0; i < 201; ++i) umlauts += "\xc3\xa4";
  CHECK(text_for("x" + umlauts).size() < 300);
  CHECK(Json::accept(render_json(make_text_message(asked_for("x" + umlauts)))));
}

TEST_CASE("tools calls what is named, with an input that fits the schema") {
  const Json message = Json::parse(whole(answer("tools", asked_for("please see", kTools))));
  CHECK(message["stop_reason"] == "tool_use");
  CHECK(message["content"][1]["name"] == "see");
  CHECK(json_of("tools", kTools)["content"][1]["input"] ==
        Json::parse(R"({"city":"mock city","days":1})"));
  const Json both = json_of("parallel-tools", kTools);
  CHECK(both["content"][0]["name"] != both["content"][1]["name"]);
  CHECK(both["content"][0]["id"] != both["content"][1]["id"]);
}

TEST_CASE("tool results end the turn of a scenario that calls tools") {
  const Asked asked = asked_for("x", R"({"messages":[{"role":"user","content":"hi"},
      {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
      {"role":"user","content":"replaced"}]})");
  Asked answered = asked;
  answered.results = {"4 degrees"};
  const Json message = Json::parse(whole(answer("tools", answered)));
  CHECK(message["stop_reason"] == "end_turn");
  CHECK(message["content"][0]["text"] == "The tools answered: 4 degrees");
}

TEST_CASE("a paused turn that is sent back comes to its end") {
  auto request = request_for("claude-opus-5-5");
  request["messages"][0]["content"] = "[[mock:pause-turn]]";
  const Asked first = read_request(request.dump());
  const Json paused = Json::parse(whole(answer(choose_scenario(first), first)));
  CHECK(paused["stop_reason"] == "pause_turn");
  request["messages"].push_back({{"role", "assistant"}, {"content", paused["content"]}});
  CHECK_FALSE(check_request(request.dump(), good_headers()));
  const Asked second = read_request(request.dump());
  CHECK(choose_scenario(second) == "pause-turn");
  CHECK(Json::parse(whole(answer("pause-turn", second)))["stop_reason"] == "end_turn");
}

TEST_CASE("answers with thinking and tools may be sent back as they came") {
  for (const char* name :
       {"thinking-tools", "parallel-tools", "server-tools", "citations", "redacted-thinking"}) {
    CAPTURE(name);
    auto request = request_for("claude-opus-5-5", kTools);
    const Json message = Json::parse(whole(answer(name, read_request(request.dump()))));
    Json results = Json::array();
    for (const Json& block : message["content"])
      if (block["type"] == "tool_use")
        results.push_back({{"type", "tool_result"}, {"tool_use_id", block["id"]}});
    if (results.empty()) results.push_back({{"type", "text"}, {"text", "go on"}});
    request["messages"].push_back({{"role", "assistant"}, {"content", message["content"]}});
    request["messages"].push_back({{"role", "user"}, {"content", results}});
    const auto bad = check_request(request.dump(), good_headers());
    CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
  }
}

TEST_CASE("thinking shows its text only where the display says so") {
  const auto thought = [](const char* model, const char* members) {
    const Asked asked = read_request(request_for(model, members).dump());
    return Json::parse(whole(answer("thinking", asked)))["content"][0]["thinking"] != "";
  };
  CHECK_FALSE(thought("claude-opus-5-5", "{}"));
  CHECK(thought("claude-opus-5-5", R"({"thinking":{"type":"adaptive","display":"summarized"}})"));
  CHECK(thought("claude-opus-4-6", R"({"thinking":{"type":"adaptive"}})"));
}

TEST_CASE("structured answers fit simple schemas") {
  const Json schema = Json::parse(R"({"type":"object","$defs":{"n":{"type":"number"}},"properties":{
      "name":{"type":"string"},"kind":{"enum":["a","b"]},"is":{"type":"boolean"},
      "list":{"type":"array","items":{"$ref":"#/$defs/n"}},"day":{"type":"string","format":"date"},
      "maybe":{"anyOf":[{"type":"null"},{"type":"string"}]},"fixed":{"const":7}}})");
  CHECK(sample_of(schema) == Json::parse(R"({"name":"mock name","kind":"a","is":true,"list":[1.5],
      "day":"2026-11-22","maybe":null,"fixed":7})"));
  CHECK(sample_of(Json::parse(R"({"type":"object","properties":5})")).is_object());
  CHECK(sample_of(Json::parse(R"({"$ref":"#"})")).is_null());
}

TEST_CASE("errors have upstream's shape") {
  for (const int status : {400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 504, 529}) {
    const Answer played = answer("error-" + std::to_string(status), asked_for("hi"));
    CHECK(played.status == status);
    const Json body = Json::parse(whole(played));
    CHECK(body["type"] == "error");
    CHECK(body["error"]["type"].is_string());
    CHECK(body["error"]["message"].is_string());
    CHECK(body["request_id"] == request_id(1));
  }
}

TEST_CASE("spoilt streams lack what they must lack") {
  const Asked asked = asked_for("hi", R"({"stream":true})");
  const auto has_stop = [&](const char* name) {
    return whole(answer(name, asked)).find("message_stop") != std::string::npos;
  };
  for (const char* name : {"truncated", "truncated-after-delta", "error-mid-stream", "stall",
                           "overloaded-first-event", "reset-mid-stream", "malformed-event"}) {
    CAPTURE(name);
    CHECK_FALSE(has_stop(name));
  }
  for (const char* name : {"pings", "one-byte", "slow", "crlf", "unknown-events", "huge-event"}) {
    CAPTURE(name);
    CHECK(has_stop(name));
  }
  CHECK(whole(answer("truncated-after-delta", asked)).find("end_turn") != std::string::npos);
  CHECK(whole(answer("one-byte", asked)) == whole(answer("text", asked)));
  CHECK(answer("one-byte", asked).pieces.front().size() == 1);
  CHECK(whole(answer("huge-event", asked)).size() > size_t{4} << 20);
}

TEST_CASE("flaky fails the first call only") {
  Asked asked = asked_for("hi");
  CHECK(answer("flaky", asked).status == 529);
  asked.attempt = 2;
  CHECK(answer("flaky", asked).status == 200);
}

TEST_CASE("unknown events stand between known ones") {
  const auto events = parse(answer("unknown-events", asked_for("hi", R"({"stream":true})")).pieces);
  CHECK(events[1].name == "weather");
  CHECK(events[2].data["content_block"]["type"] == "hologram");
  CHECK(events[3].data["delta"]["type"] == "hologram_delta");
  CHECK(events[6].data["delta"]["type"] == "hologram_delta");
  CHECK(fold(events)["content"][1]["text"] == "Hello from the mock upstream. You said: hi");
}

TEST_CASE("gzip is a gzip file") {
  const std::string coded = gzip_stored("hello");
  CHECK(coded.starts_with("\x1f\x8b\x08"));
  CHECK(coded.find("hello") == 15);
  CHECK(coded.substr(coded.size() - 8) == std::string("\x86\xa6\x10\x36\x05\0\0\0", 8));
}

TEST_CASE("the Models API pages through all models") {
  std::string after;
  size_t count = 0;
  for (bool more = true; more;) {
    const Json page = Json::parse(models_page("limit=7&after_id=" + after));
    count += page["data"].size();
    after = page["last_id"];
    more = page["has_more"];
  }
  CHECK(count == served_models().size());
  const Json info = Json::parse(model_info(*find_model("claude-opus-4-5")));
  CHECK(info["id"] == "claude-opus-4-5-20251101");
  CHECK(info["max_tokens"] == 64000);
  CHECK(info["capabilities"]["effort"]["max"]["supported"] == false);
  CHECK(info["capabilities"]["thinking"]["types"]["enabled"]["supported"] == true);
}

}  // namespace proxx::mock
