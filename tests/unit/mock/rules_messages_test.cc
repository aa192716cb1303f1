#include <doctest/doctest.h>

#include <string>

#include "mock/binding.h"
#include "mock/rules/rules.h"
#include "unit/mock/mock_test_support.h"

namespace proxx::mock {
namespace {

constexpr const char* kOneTool = R"("tools":[{"name":"f","input_schema":{"type":"object"}}])";

struct Row {
  const char* name;
  const char* model;
  const char* messages;
  const char* refusal;  ///< the message begins with it; nullptr: accepted
};

void run(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto request = request_for(
        row.model, "{" + std::string(kOneTool) + R"(,"messages":[)" + row.messages + "]}");
    const auto bad = check_request(request.dump(), good_headers());
    if (!row.refusal) {
      CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
      continue;
    }
    REQUIRE(bad);
    CHECK(bad->status == 400);
    CHECK_MESSAGE(bad->message.starts_with(row.refusal), bad->message);
  }
}

constexpr const char* kOpus = "claude-opus-5-5";
constexpr const char* kOld = "claude-sonnet-4-5";

#define PROXX_USER R"({"role":"user","content":"hi"})"
#define PROXX_ASSISTANT R"({"role":"assistant","content":"hello"})"
#define PROXX_SYSTEM R"({"role":"system","content":"now in French"})"
#define PROXX_CALL \
  R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]})"
#define PROXX_RESULT \
  R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"4"}]})"
#define PROXX_THINKING R"({"type":"redacted_thinking","data":"x"})"
#define PROXX_SERVER_CALL \
  R"({"role":"assistant","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}]})"

}  // namespace

TEST_CASE("roles and their order") {
  run({
      {"assistant first", kOpus, PROXX_ASSISTANT "," PROXX_USER,
       "messages: first message must use the \"user\" role"},
      {"two users", kOpus, PROXX_USER "," PROXX_USER, "messages: roles must alternate"},
      {"unknown role", kOpus, R"({"role":"tool","content":"x"})", "messages.0.role: Input should"},
      {"no content", kOpus, R"({"role":"user"})", "messages.0.content: Field required"},
      {"null content", kOpus, R"({"role":"user","content":null})", "messages.0.content: "},
      {"extra", kOpus, R"({"role":"user","content":"x","name":"n"})",
       "messages.0.name: Extra inputs are not permitted"},
      {"empty content", kOpus, R"({"role":"user","content":""})",
       "messages.0: all messages must have non-empty content"},
      {"blank content", kOpus, R"({"role":"user","content":" \n"})",
       "messages.0: text content blocks must contain non-whitespace"},
      {"prefill", kOld, PROXX_USER "," PROXX_ASSISTANT, nullptr},
      {"prefill is refused", kOpus, PROXX_USER "," PROXX_ASSISTANT,
       "This model does not support assistant message prefill."},
      {"prefill with a blank", kOld, PROXX_USER R"(,{"role":"assistant","content":"x "})",
       "messages: final assistant content cannot end with trailing whitespace"},
      {"prefill with thinking", kOld,
       PROXX_USER R"(,{"role":"assistant","content":[)" PROXX_THINKING
                  R"(,{"type":"text","text":"x"}]})",
       "messages.1.content.0: When thinking is disabled, an `assistant` message"},
      {"thinking last", kOpus,
       PROXX_USER R"(,{"role":"assistant","content":[{"type":"text","text":"x"},)" PROXX_THINKING
                  "]}," PROXX_USER,
       "messages.1: The final block in an assistant message cannot be `thinking`."},
      {"a paused turn", kOpus, PROXX_USER "," PROXX_SERVER_CALL, nullptr},
      {"system last", kOpus, PROXX_USER "," PROXX_SYSTEM, nullptr},
      {"system inside", kOpus, PROXX_USER "," PROXX_SYSTEM "," PROXX_ASSISTANT "," PROXX_USER,
       nullptr},
      {"system first", kOpus, PROXX_SYSTEM "," PROXX_USER, "messages: first message"},
      {"system after assistant", kOpus, PROXX_USER "," PROXX_ASSISTANT "," PROXX_SYSTEM,
       "messages.2: a `system` message must follow"},
      {"system before user", kOpus, PROXX_USER "," PROXX_SYSTEM "," PROXX_USER,
       "messages.1: a `system` message must be last"},
      {"system on a model without", "claude-sonnet-5", PROXX_USER "," PROXX_SYSTEM,
       "messages.1: role 'system' is not supported"},
  });
}

TEST_CASE("content blocks") {
  const auto block = [](const std::string& text) {
    return R"({"role":"user","content":[)" + text + "]}";
  };
  const std::string empty = block(R"({"type":"text","text":""})");
  const std::string blank = block(R"({"type":"text","text":"a"},{"type":"text","text":" "})");
  const std::string openai = block(R"({"type":"image_url","image_url":{"url":"x"}})");
  const std::string bmp = block(
      R"({"type":"image","source":{"type":"base64","media_type":"image/bmp","data":"AAAA"}})");
  const std::string bad64 = block(
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"A*=="}})");
  const std::string png = block(
      R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAA="}})");
  const std::string file_url =
      block(R"({"type":"image","source":{"type":"url","url":"file:///etc/passwd"}})");
  const std::string pdf = block(
      R"({"type":"document","source":{"type":"base64","media_type":"text/csv","data":"AAAA"}})");
  const std::string thought = block(R"({"type":"thinking","thinking":"x","signature":"y"})");
  const std::string extra = block(R"({"type":"text","text":"a","name":"b"})");
  const std::string half_cited = block(
      R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a"},
          "citations":{"enabled":true}},
         {"type":"document","source":{"type":"text","media_type":"text/plain","data":"b"}})");
  const std::string cached = R"({"type":"text","text":"a","cache_control":{"type":"ephemeral"}})";
  const std::string five =
      block(cached + "," + cached + "," + cached + "," + cached + "," + cached);
  const std::string four = block(cached + "," + cached + "," + cached + "," + cached);
  const std::string order = block(
      cached + R"(,{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}})");
  run({
      {"empty", kOpus, empty.c_str(),
       "messages.0.content.0.text: text content blocks must be non-empty"},
      {"blank", kOpus, blank.c_str(),
       "messages.0.content.1.text: text content blocks must contain non-whitespace text"},
      {"OpenAI's image", kOpus, openai.c_str(), "messages.0.content.0: Input tag 'image_url'"},
      {"bmp", kOpus, bmp.c_str(),
       "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg'"},
      {"bad base64", kOpus, bad64.c_str(), "messages.0.content.0.image.source.base64.data: "},
      {"png", kOpus, png.c_str(), nullptr},
      {"file url", kOpus, file_url.c_str(), "messages.0.content.0.image.source.url.url: Only HTTP"},
      {"csv as document", kOpus, pdf.c_str(),
       "messages.0.content.0.document.source.base64.media_type: "},
      {"thinking of a user", kOpus, thought.c_str(), "messages.0.content.0: `thinking` blocks"},
      {"extra", kOpus, extra.c_str(), "messages.0.content.0.text.name: Extra inputs"},
      {"citations on one document", kOpus, half_cited.c_str(), "messages: citations must be"},
      {"five breakpoints", kOpus, five.c_str(),
       "A maximum of 4 blocks with cache_control may be provided. Found 5."},
      {"four breakpoints", kOpus, four.c_str(), nullptr},
      {"1h after 5m", kOpus, order.c_str(), "messages.0.content.1.cache_control: a ttl='1h'"},
  });
}

TEST_CASE("tool calls and their results") {
  run({
      {"paired", kOpus, PROXX_USER "," PROXX_CALL "," PROXX_RESULT, nullptr},
      {"call without result", kOpus, PROXX_USER "," PROXX_CALL "," PROXX_USER,
       "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1"},
      {"call last", kOpus, PROXX_USER "," PROXX_CALL, "messages.1: `tool_use` ids were found"},
      {"result without call", kOpus, PROXX_USER "," PROXX_ASSISTANT "," PROXX_RESULT,
       "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1"},
      {"result of an older call", kOpus,
       PROXX_USER "," PROXX_CALL "," PROXX_RESULT "," PROXX_ASSISTANT "," PROXX_RESULT,
       "messages.4.content.0: unexpected `tool_use_id`"},
      {"answered twice", kOpus, PROXX_USER "," PROXX_CALL R"(,{"role":"user","content":[
         {"type":"tool_result","tool_use_id":"t1"},{"type":"tool_result","tool_use_id":"t1"}]})",
       "messages.2.content.1: each tool_use must have a single result"},
      {"text in front", kOpus, PROXX_USER "," PROXX_CALL R"(,{"role":"user","content":[
         {"type":"text","text":"so"},{"type":"tool_result","tool_use_id":"t1"}]})",
       "messages.2.content.1: `tool_result` blocks must come first"},
      {"text behind", kOpus, PROXX_USER "," PROXX_CALL R"(,{"role":"user","content":[
         {"type":"tool_result","tool_use_id":"t1"},{"type":"text","text":"so"}]})",
       nullptr},
      {"one id twice", kOpus,
       PROXX_USER "," PROXX_CALL "," PROXX_RESULT "," PROXX_CALL "," PROXX_RESULT,
       "messages: `tool_use` ids must be unique"},
      {"id", kOpus,
       PROXX_USER
       R"(,{"role":"assistant","content":[{"type":"tool_use","id":"a b","name":"f","input":{}}]})",
       "messages.1.content.0.tool_use.id: String should match pattern"},
      {"input text", kOpus,
       PROXX_USER
       R"(,{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":"{}"}]})",
       "messages.1.content.0.tool_use.input: Input should be a valid dictionary"},
      {"system between", kOpus, PROXX_USER "," PROXX_CALL "," PROXX_SYSTEM "," PROXX_RESULT,
       "messages.2: a `system` message must follow"},
      {"server tool pending", kOpus, PROXX_USER "," PROXX_SERVER_CALL "," PROXX_USER,
       "messages.1: tool use with id srvtoolu_1 was found without"},
      {"server tool id", kOpus,
       PROXX_USER
       R"(,{"role":"assistant","content":[{"type":"server_tool_use","id":"t1","name":"f","input":{}}]})",
       "messages.1.content.0.server_tool_use.id: String should match"},
  });
}

TEST_CASE("calls and results want tools") {
  for (const char* tools : {"", R"("tools":[],)"}) {
    const std::string members = "{" + std::string(tools) + R"("messages":[)" PROXX_USER;
    CHECK_FALSE(check_request(request_for(kOpus, members + "]}").dump(), good_headers()));
    const std::string calls = members + "," PROXX_CALL "," PROXX_RESULT "]}";
    const auto bad = check_request(request_for(kOpus, calls).dump(), good_headers());
    REQUIRE(bad);
    CHECK(bad->status == 400);
    CHECK(bad->message ==
          "Requests which include `tool_use` or `tool_result` blocks must define tools.");
  }
}

TEST_CASE("manual thinking wants its thinking back inside a tool loop") {
  const std::string members =
      "{" + std::string(kOneTool) +
      R"(,"max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048},"messages":[)";
  const std::string without = members + PROXX_USER "," PROXX_CALL "," PROXX_RESULT "]}";
  const auto bad = check_request(request_for(kOld, without).dump(), good_headers());
  REQUIRE(bad);
  CHECK(bad->message.starts_with("messages.1.content.0.type: Expected `thinking`"));
  const std::string with = members + PROXX_USER R"(,{"role":"assistant","content":[
        {"type":"thinking","thinking":"x","signature":"y"},
        {"type":"tool_use","id":"t1","name":"f","input":{}}]},)" PROXX_RESULT "]}";
  CHECK_FALSE(check_request(request_for(kOld, with).dump(), good_headers()));
  const std::string over =
      members + PROXX_USER "," PROXX_CALL "," PROXX_RESULT "," PROXX_ASSISTANT "," PROXX_USER "]}";
  CHECK_FALSE(check_request(request_for(kOld, over).dump(), good_headers()));
}

TEST_CASE("thinking is bound to its text and to the conversation before it") {
  const auto conversation = [](const std::string& first, const std::string& thought,
                               const std::string& signature) {
    auto out =
        request_for(kOpus, R"({"messages":[)" PROXX_USER "," PROXX_ASSISTANT "," PROXX_USER "]}");
    out["messages"][0]["content"] = first;
    out["messages"][1]["content"] = {
        {{"type", "thinking"}, {"thinking", thought}, {"signature", signature}},
        {{"type", "text"}, {"text", "hello"}}};
    return out;
  };
  const uint64_t prefix = answer_prefix(request_for(kOpus));
  const std::string signature = Signature{hash_text("a thought"), prefix}.encode();
  const auto refusal = [](const nlohmann::ordered_json& request) {
    const auto bad = check_request(request.dump(), good_headers());
    return bad ? bad->message : "";
  };
  CHECK(refusal(conversation("hi", "a thought", signature)).empty());
  CHECK(refusal(conversation(" hi\n", "a thought", signature)).empty());
  CHECK(refusal(conversation("hi", "another", signature)).find("cannot be modified") !=
        std::string::npos);
  CHECK(refusal(conversation("ho", "a thought", signature)) ==
        "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a "
        "different conversation.");
  CHECK(refusal(conversation("ho", "a thought", "EqQBCgIYAhIM")).empty());
  auto with_system = conversation("hi", "a thought", signature);
  with_system["system"] = "be kind";
  CHECK_FALSE(refusal(with_system).empty());
  auto other_model = conversation("ho", "a thought", signature);
  other_model["model"] = "claude-opus-4-8";
  CHECK(refusal(other_model).empty());
}

TEST_CASE("what upstream does not count as a change of the prefix") {
  const auto before = Json::parse(R"({"tools":[{"name":"a","input_schema":{"x":1}},{"name":"b"}],
    "system":"be kind","messages":[{"role":"user","content":"hi"},{"role":"user","content":"you"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"","signature":""},
        {"type":"tool_use","id":"t","name":"a","input":{"n":1,"m":2},
         "caller":{"type":"direct"}}]}]})");
  const auto after = Json::parse(R"({"tools":[{"name":"b"},
      {"input_schema":{"x":1.0},"name":"a","cache_control":{"type":"ephemeral"}}],
    "system":[{"type":"text","text":"be kind "}],"max_tokens":5,
    "messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" "},
        {"type":"text","text":"you"}]},
      {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"a",
         "input":{"m":2,"n":1}}]}]})");
  CHECK(prefix_hashes(before).back() == prefix_hashes(after).back());
  auto changed = after;
  changed["messages"][1]["content"][0]["input"]["m"] = 3;
  CHECK(prefix_hashes(after).back() != prefix_hashes(changed).back());
}

}  // namespace proxx::mock
