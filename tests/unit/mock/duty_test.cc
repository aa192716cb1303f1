#include "mock/rules/duty.h"

#include <doctest/doctest.h>

#include "mock/rules/asked.h"
#include "mock/rules/rules.h"
#include "mock/scenarios/scenarios.h"
#include "unit/mock/mock_test_support.h"
#include "unit/mock/schema_checker.h"

// What the mock owes a request, and that its answer keeps to it.

namespace proxx::mock {
namespace {

constexpr const char* kPlanSchema = R"({"type":"object","properties":{
    "city":{"type":"string"},"days":{"type":"integer","minimum":2}},"required":["city","days"]})";

std::string with_tools(const std::string& more) {
  return std::string(R"({"tools":[{"name":"look","input_schema":{"type":"object"}},)") +
         R"({"name":"plan","input_schema":)" + kPlanSchema + "}]" + more + "}";
}

Json sound_request(const char* model, const std::string& members) {
  Json out = request_for(model, members);
  const auto bad = check_request(out.dump(), good_headers());
  REQUIRE_MESSAGE(!bad, (bad ? bad->message : ""));
  return out;
}

/// The message that the mock answers with when the request chooses.
Json answer_to(const Json& request) {
  const Asked asked = read_request(request.dump());
  return Json::parse(answer(choose_scenario(asked), asked).pieces.front());
}

Json answer_to(const char* model, const std::string& members) {
  return answer_to(sound_request(model, members));
}

std::string kinds(const Json& message) {
  std::string out;
  for (const Json& block : message["content"])
    out += (out.empty() ? "" : " ") + block["type"].get<std::string>();
  return out;
}

/// The request with an answer of the mock and the results of its calls, and perhaps another turn.
Json with_results(Json request, const Json& message) {
  Json results = Json::array();
  for (const Json& block : message["content"])
    if (block["type"] == "tool_use")
      results.push_back({{"type", "tool_result"}, {"tool_use_id", block["id"]}, {"content", "4"}});
  REQUIRE_FALSE(results.empty());
  request["messages"].push_back({{"role", "assistant"}, {"content", message["content"]}});
  request["messages"].push_back({{"role", "user"}, {"content", results}});
  return request;
}

void check_plan(const Json& call) {
  CHECK(call["name"] == "plan");
  CHECK(SchemaChecker(Json::parse(kPlanSchema)).fault(call["input"]) == "");
}

}  // namespace

TEST_CASE("a forced call comes without text, and fits the tool's schema") {
  const Json any = answer_to("mock-1", with_tools(R"(,"tool_choice":{"type":"any"})"));
  CHECK(kinds(any) == "tool_use");
  CHECK(any["content"][0]["name"] == "look");
  CHECK(any["stop_reason"] == "tool_use");
  const Json named =
      answer_to("mock-1", with_tools(R"(,"tool_choice":{"type":"tool","name":"plan"})"));
  CHECK(kinds(named) == "tool_use");
  check_plan(named["content"][0]);
}

TEST_CASE("a call of the model's own choice has text before it") {
  const Json free =
      answer_to("mock-1", with_tools(R"(,"messages":[{"role":"user","content":"plan a trip"}])"));
  CHECK(kinds(free) == "text tool_use");
  check_plan(free["content"][1]);
}

TEST_CASE("a forced call comes after tool results too") {
  Json request =
      sound_request("mock-1", with_tools(R"(,"tool_choice":{"type":"tool","name":"plan"})"));
  for (int turn = 0; turn < 3; ++turn) {
    const Json message = answer_to(request);
    CHECK(kinds(message) == "tool_use");
    check_plan(message["content"][0]);
    request = with_results(request, message);
  }
  request["tool_choice"] = {{"type", "auto"}};
  CHECK(answer_to(request)["content"][0]["text"] == "The tools answered: 4");
}

TEST_CASE("a model that cannot be forced calls when it is told to") {
  const Json by_system = answer_to("claude-sonnet-5-5", with_tools(R"(,"messages":[
      {"role":"user","content":"hi"},{"role":"system","content":
      "You must call the tool plan now; do not call another one, and do not answer with text alone."}])"));
  CHECK(kinds(by_system) == "thinking tool_use");
  check_plan(by_system["content"][1]);
  const Json by_user = answer_to("claude-mythos-preview", with_tools(R"(,"messages":[{"role":"user",
      "content":[{"type":"text","text":"hi"},{"type":"text","text":"You must call at least one of the tools now."}]}])"));
  CHECK(kinds(by_user) == "thinking tool_use");
  // An agent's standing instruction is no order for this turn.
  const Json standing = answer_to(
      "mock-1", with_tools(R"(,"system":"To end, you must call the tool plan exactly once.")"));
  CHECK(kinds(standing) == "text");
}

TEST_CASE("a model that must call, and may choose, calls what it has not called yet") {
  Json request = sound_request("mock-1", with_tools(R"(,"tool_choice":{"type":"any"})"));
  for (const char* name : {"look", "plan", "look"}) {
    const Json message = answer_to(request);
    CHECK(message["content"][0]["name"] == name);
    request = with_results(request, message);
    // Both are called then: the first again. A new turn begins anew.
  }
  request["messages"].push_back({{"role", "user"}, {"content", "again"}});
  CHECK(answer_to(request)["content"][0]["name"] == "look");
}

TEST_CASE("a call that the prompt spells out is made") {
  const auto asks = [](const std::string& prompt, const std::string& more = "") {
    return answer_to("mock-1", with_tools(more + R"(,"messages":[{"role":"user","content":)" +
                                          Json(prompt).dump() + "}]"));
  };
  const Json one = asks(R"(use plan {"city":"Oslo {","days":3}, please)");
  CHECK(kinds(one) == "text tool_use");
  CHECK(one["content"][1]["name"] == "plan");
  CHECK(one["content"][1]["input"] == Json::parse(R"({"city":"Oslo {","days":3})"));
  const Json all = asks("[[mock:parallel-tools]] plan {\"days\":4} plan\n {\"days\":5} look {}");
  CHECK(kinds(all) == "tool_use tool_use tool_use");
  CHECK(all["content"][0]["input"]["days"] == 4);
  CHECK(all["content"][1]["input"]["days"] == 5);
  CHECK(all["content"][2]["name"] == "look");
  // Another tool is forced; a schema is no input, nor is what is no object of its own.
  check_plan(
      asks("look {\"a\":1}", R"(,"tool_choice":{"type":"tool","name":"plan"})")["content"][0]);
  check_plan(asks("plan {\"type\":\"object\"}")["content"][1]);
  check_plan(asks("plan {\"days\":")["content"][1]);
  check_plan(asks("my_plan {\"days\":9}")["content"][1]);
}

TEST_CASE("tool_choice none forbids calls") {
  const Json message = answer_to("mock-1", with_tools(R"(,"tool_choice":{"type":"none"},
      "messages":[{"role":"user","content":"plan a trip"}])"));
  CHECK(kinds(message) == "text");
}

TEST_CASE("Anthropic's own tools are called as they are") {
  const Json bash = answer_to("mock-1", R"({"tools":[{"type":"bash_20250124","name":"bash"}],
      "tool_choice":{"type":"any"}})");
  CHECK(kinds(bash) == "tool_use");
  CHECK(bash["content"][0]["name"] == "bash");
  CHECK(bash["content"][0]["input"]["command"].is_string());
  const Json search = answer_to("mock-1", R"({"tools":[{"type":"web_search_20250305",
      "name":"web_search"}],"tool_choice":{"type":"tool","name":"web_search"}})");
  CHECK(kinds(search).starts_with("text server_tool_use web_search_tool_result"));
}

TEST_CASE("output_config.format holds for every answer that is no call") {
  const std::string format = std::string(R"(,"output_config":{"format":{"type":"json_schema",
      "schema":{"type":"object","properties":{"ok":{"type":"boolean"},"n":{"type":"integer"}},
      "required":["ok","n"],"additionalProperties":false}}})");
  const auto check = [](const Json& message) {
    CHECK(kinds(message) == "text");
    CHECK(message["content"][0]["text"] == R"({"ok":true,"n":1})");
  };
  check(answer_to("mock-1", "{" + format.substr(1) + "}"));
  check(answer_to("claude-sonnet-5-5", with_tools(format)));
  check(answer_to("mock-1", with_tools(format + R"(,"tool_choice":{"type":"none"},
      "messages":[{"role":"user","content":"plan"}])")));
  // With tools: first the call, with no text that would not be JSON; then the document.
  const Json request = sound_request(
      "mock-1", with_tools(format + R"(,"messages":[{"role":"user","content":"plan"}])"));
  const Json call = answer_to(request);
  CHECK(kinds(call) == "tool_use");
  check(answer_to(with_results(request, call)));
}

TEST_CASE("a document comes in several deltas, cut between characters") {
  const Json request = sound_request("mock-1", R"({"stream":true,"output_config":{"format":{
      "type":"json_schema","schema":{"type":"object","properties":{"größe":{"type":"integer"},
      "名前":{"const":"世界世界世界世界世界世界"}},"additionalProperties":false}}}})");
  const Asked asked = read_request(request.dump());
  std::string text;
  size_t deltas = 0;
  for (const std::string& piece : answer(choose_scenario(asked), asked).pieces) {
    if (piece.find("text_delta") == std::string::npos) continue;
    const Json event = Json::parse(piece.substr(piece.find("data: ") + 6));
    ++deltas;
    CHECK(event["delta"]["text"].get<std::string>().find("\xef\xbf\xbd") == std::string::npos);
    text += event["delta"]["text"].get<std::string>();
  }
  CHECK(deltas >= 4);
  CHECK(text == R"({"größe":1,"名前":"世界世界世界世界世界世界"})");
}

TEST_CASE("the system text can tell to answer with JSON") {
  const auto told = [](const std::string& system) {
    const Json members{{"system", system}};
    return read_request(request_for("mock-1", members.dump()).dump()).duty.json;
  };
  for (const char* yes :
       {"Answer with one JSON object and nothing else.", "You are helpful. Respond only in JSON.",
        "Always respond with a JSON object that's compatible with this schema:",
        "Understand the content and provide the parsed objects in json that match the following "
        "json_schema:",
        "The output should be formatted as a JSON instance.", "Your answer must be valid JSON",
        "Make sure to return an instance of the JSON, not the schema itself", "reply as json"})
    CHECK_MESSAGE(told(yes), yes);
  for (const char* no :
       {"You are helpful.", "The tools return JSON objects.", "You know JSON. Answer briefly.",
        "Do not answer in JSON.", "Don't reply with JSON!", "Answer in prose, never JSON.",
        "Answer from package.json", ""})
    CHECK_MESSAGE(!told(no), no);
}

TEST_CASE("an answer that is told to be JSON is JSON") {
  const Json object = answer_to("mock-1", R"({"system":[{"type":"text","text":"Be brief."},
      {"type":"text","text":"Answer with one JSON object and nothing else."}]})");
  CHECK(Json::parse(object["content"][0]["text"].get<std::string>()) == Json{{"answer", "hi"}});

  const auto fits = [](Json members) {
    const Json message = answer_to(sound_request("mock-1", members.dump()));
    const Json value = Json::parse(message["content"][0]["text"].get<std::string>());
    CHECK(SchemaChecker(Json::parse(kPlanSchema)).fault(value) == "");
    CHECK(value["days"] == 2);
  };
  const std::string schema = kPlanSchema;
  fits({{"system",
         "Answer with one JSON object that satisfies this JSON Schema, and nothing else:\n" +
             schema}});
  // A schema before proxx's own sentence, and braces that are no schema around it.
  fits({{"system", "Respond in JSON {format} like {\"city\":\"Oslo\"}.\n```json\n" + schema +
                       "\n```\nAnswer with one JSON object and nothing else."}});
  fits({{"system", "Answer with one JSON object and nothing else."},
        {"messages", {{{"role", "user"}, {"content", "Fill this in: " + schema}}}}});
}

TEST_CASE("a schema is found in a text at bounded cost") {
  CHECK_FALSE(find_schema("no braces"));
  CHECK_FALSE(find_schema(R"({"city":"Oslo"} {"type":"error"} {"type":)"));
  CHECK(find_schema(R"(say "hi {" and {"type":"object"} })") == Json{{"type", "object"}});
  CHECK(find_schema(R"({"type":"object"} then {"type":"array"})") == Json{{"type", "array"}});
  CHECK(find_schema(R"({"$defs":{},"$ref":"#/$defs/A"})"));
  CHECK_FALSE(find_schema(std::string(size_t{4} << 20, '{')));
  std::string deep(200, '[');
  CHECK_FALSE(find_schema(R"({"type":)" + deep));
}

TEST_CASE("a tool turn begins with thinking where thinking is on") {
  struct Row {
    const char* model;
    const char* members;
    const char* kinds;
  };
  constexpr const char* kBudget =
      R"(,"thinking":{"type":"enabled","budget_tokens":1024},"max_tokens":4096)";
  const Row rows[] = {
      {"claude-sonnet-5-5", "", "thinking text tool_use"},
      {"claude-opus-5-5", "", "thinking text tool_use"},
      {"claude-sonnet-5-5", R"(,"thinking":{"type":"between_tools"})", "text tool_use"},
      {"claude-haiku-5-5", R"(,"thinking":{"type":"disabled"})", "text tool_use"},
      {"claude-haiku-5-5", R"(,"tool_choice":{"type":"any"})", "tool_use"},
      {"claude-opus-5", R"(,"tool_choice":{"type":"any"})", "thinking tool_use"},
      {"claude-opus-4-8", "", "text tool_use"},
      {"claude-opus-4-8", R"(,"thinking":{"type":"adaptive"})", "thinking text tool_use"},
      {"claude-opus-4-6", R"(,"thinking":{"type":"adaptive"})", "thinking text tool_use"},
      {"claude-haiku-4-5", "", "text tool_use"},
      {"claude-haiku-4-5", kBudget, "thinking text tool_use"},
      {"mock-1", "", "text tool_use"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.model);
    CAPTURE(row.members);
    const Json request = sound_request(
        row.model,
        with_tools(std::string(R"(,"messages":[{"role":"user","content":"look"}])") + row.members));
    const Json message = answer_to(request);
    CHECK(kinds(message) == row.kinds);
    const Json next = with_results(request, message);
    const auto bad = check_request(next.dump(), good_headers());
    CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
    // What was changed on its way back is still found out.
    if (message["content"][0]["type"] != "thinking") continue;
    Json changed = next;
    changed["messages"][0]["content"] = "look again";
    const bool checks = find_model(row.model)->checks_prefix;
    CHECK(check_request(changed.dump(), good_headers()).has_value() == checks);
  }
}

TEST_CASE("between_tools thinks after tool results only") {
  Json request = sound_request("claude-sonnet-5-5", with_tools(R"(,"messages":[
      {"role":"user","content":"look"}],"thinking":{"type":"between_tools"})"));
  request = with_results(request, answer_to(request));
  request["messages"].push_back(
      {{"role", "system"}, {"content", "You must call the tool plan now."}});
  CHECK(kinds(answer_to(request)) == "thinking tool_use");
}

}  // namespace proxx::mock
