// docs/mapping-chat.md 6.9: a path in an error of the upstream's is mapped back to the client's
// request.
#include <doctest/doctest.h>

#include "openai/chat/request.h"
#include "unit/conversion/request_generator.h"

namespace proxx::test {
namespace {

struct Row {
  const char* upstream;
  const char* client;
};

void run(const std::string& request, std::initializer_list<Row> rows) {
  const ModelTable models;
  RequestOptions options;
  options.models = &models;
  options.web_search = true;
  const auto converted = convert_request(request, options);
  REQUIRE_MESSAGE(converted, (converted ? "" : converted.error().message));
  CAPTURE(converted->body);
  for (const Row& row : rows) CHECK(converted->client_path(row.upstream) == row.client);
}

TEST_CASE("6.9: messages and their blocks have the client's index") {
  run(R"({"model":"claude-sonnet-4-6","messages":[
        {"role":"system","content":"S"},
        {"role":"system","content":[{"type":"text","text":" "},{"type":"text","text":"T"}]},
        {"role":"user","content":""},
        {"role":"user","content":"U"},
        {"role":"user","content":[{"type":"text","text":" "},{"type":"text","text":"V"}]},
        {"role":"assistant","content":"A","thinking_blocks":[
          {"type":"thinking","thinking":"t","signature":"c2ln"}],"tool_calls":[
          {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
          {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"b","content":"1"},
        {"role":"system","content":"W"},
        {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"2"}]},
        {"role":"assistant","content":"B"},
        {"role":"user","content":"X"}]})",
      {{"system.0", "messages[0].content"},
       {"system.1.text", "messages[1].content[1]"},
       {"system.2", "system.2"},
       {"messages.0.content.0", "messages[3].content"},
       {"messages.0.content.1.text.text", "messages[4].content[1]"},
       {"messages.0.content.2", "messages.0.content.2"},
       {"messages.0", "messages.0"},
       {"messages.0.content", "messages.0.content"},
       {"messages.1", "messages[5]"},
       {"messages.1.content.0.thinking.signature", "messages[5]"},
       {"messages.1.content.1.text", "messages[5].content"},
       {"messages.1.content.3.tool_use.id", "messages[5].tool_calls[1]"},
       {"messages.2.content.0.tool_result.content.0", "messages[6]"},
       {"messages.2.content.1.tool_result", "messages[8]"},
       {"messages.2.content.2.text", "messages[7].content"},
       {"messages.3", "messages[9]"},
       {"messages.4.role", "messages[10]"},
       {"messages.5", "messages.5"},
       {"messages", "messages"},
       {"messages.x", "messages.x"},
       {"messages.99999999999999999999", "messages.99999999999999999999"},
       {"", ""}});
}

TEST_CASE("6.9: tools, functions and the web search that stands behind them") {
  run(R"({"model":"claude-opus-5-5","web_search_options":{},"tools":[
        {"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}],
        "messages":[{"role":"user","content":"U"}]})",
      {{"tools.0.custom.input_schema", "tools[0]"},
       {"tools.1", "tools[1]"},
       {"tools.2", "web_search_options"},
       {"tools.3", "tools.3"},
       {"tools", "tools"}});
  run(R"({"model":"claude-opus-5-5","functions":[{"name":"f"}],"function_call":"auto",
        "messages":[{"role":"user","content":"U"}]})",
      {{"tools.0.custom.name", "functions[0]"}, {"tool_choice.name", "function_call"}});
}

TEST_CASE("6.9: top-level fields have the name that the client used") {
  run(R"({"model":"claude-sonnet-4-5","max_completion_tokens":9000,"stop":"x","reasoning_effort":"low",
        "safety_identifier":"s","parallel_tool_calls":false,"top_p":0.99,
        "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":
          {"type":"object","properties":{}}}},
        "prompt_cache_options":{"mode":"implicit"},
        "tools":[{"type":"function","function":{"name":"f"}}],
        "messages":[{"role":"user","content":"U"}]})",
      {{"max_tokens", "max_completion_tokens"},
       {"max_tokens_more", "max_tokens_more"},
       {"stop_sequences.0", "stop"},
       {"thinking.enabled.budget_tokens", "reasoning_effort"},
       {"output_config.format.schema.properties.x", "response_format"},
       {"output_config", "output_config"},
       {"metadata.user_id", "safety_identifier"},
       {"tool_choice.auto.disable_parallel_tool_use", "parallel_tool_calls"},
       {"cache_control", "prompt_cache_options"},
       {"top_p", "top_p"},
       {"model", "model"}});
  run(R"({"model":"claude-opus-5-5","max_tokens":9000,"stop_sequences":["x"],"user":"u",
        "reasoning":{"effort":"low"},"messages":[{"role":"user","content":"U"}]})",
      {{"max_tokens", "max_tokens"},
       {"stop_sequences", "stop_sequences"},
       {"output_config.effort", "reasoning"},
       {"thinking", "reasoning"},
       {"metadata", "user"}});
  run(R"({"model":"claude-opus-5-5","thinking":{"type":"adaptive"},"reasoning_effort":"low",
        "output_config":{"effort":"high"},"user":"","metadata":{"user_id":"u"},"cache_control":
        {"type":"ephemeral"},"messages":[{"role":"user","content":"U"}]})",
      {{"output_config.effort", "output_config.effort"},
       {"thinking.type", "thinking.type"},
       {"metadata.user_id", "metadata.user_id"},
       {"cache_control.ttl", "cache_control.ttl"}});
}

TEST_CASE("6.9: a native field that the model does not take is not what the upstream saw") {
  run(R"({"model":"claude-opus-5-5","thinking":{"type":"disabled"},
        "reasoning_effort":"low","messages":[{"role":"user","content":"U"}]})",
      {{"thinking.adaptive.display", "reasoning_effort"}});
}

TEST_CASE("6.9: every block of a generated request has a place, and it exists") {
  const ModelTable models;
  RequestOptions options;
  options.models = &models;
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    const Json request = RequestGenerator(seed).plain_request("claude-opus-5-5");
    const auto converted = convert_request(request.dump(), options);
    if (!converted) continue;
    CAPTURE(seed);
    const Json body = Json::parse(converted->body);
    for (size_t i = 0; i < body["messages"].size(); ++i) {
      for (size_t j = 0; j < body["messages"][i]["content"].size(); ++j) {
        const std::string path = "messages." + std::to_string(i) + ".content." + std::to_string(j);
        const std::string param = converted->client_path(path);
        if (body["messages"][i]["content"][j].value("text", "") == "(no answer)") continue;
        CAPTURE(path);
        CAPTURE(param);
        REQUIRE(param.rfind("messages[", 0) == 0);
        const Json& message = request["messages"].at(std::stoul(param.substr(9)));
        const std::string role = body["messages"][i]["role"];
        if (role == "assistant") CHECK(message["role"] == "assistant");
        if (role == "system")
          CHECK((message["role"] == "system" || message["role"] == "developer"));
      }
    }
  }
}

}  // namespace
}  // namespace proxx::test
