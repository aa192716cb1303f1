#include "anthropic/request_writer.h"

#include <doctest/doctest.h>

#include <string>

#include "json/text.h"

namespace proxx::anthropic {
namespace {

MessagesRequest small() {
  MessagesRequest request;
  request.model = "m";
  request.max_tokens = 7;
  request.turns.push_back({Turn::Role::user, {text_block(json::Raw("Hi"))}});
  return request;
}

constexpr const char* kMessages =
    R"("messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]})";

}  // namespace

TEST_CASE("request writer: an empty field is left out") {
  CHECK(write_body(small()) == std::string(R"({"model":"m","max_tokens":7,)") + kMessages);
}

TEST_CASE("request writer: settings come first, then what the prompt cache is built from") {
  MessagesRequest request = small();
  request.stream = true;
  request.temperature = "0.50";
  request.stop_sequences = {json::Raw(R"(\n\n)")};
  request.thinking.type = Thinking::Type::enabled;
  request.thinking.budget_tokens = 1024;
  request.user_id = "u\"1";
  request.service_tier = "auto";
  request.cache_control = R"({"type":"ephemeral"})";
  request.tool_choice.type = ToolChoice::Type::tool;
  request.tool_choice.name = "f";
  request.tool_choice.disable_parallel_tool_use = true;
  InputBlock tool;
  tool.json = R"({"name":"f","input_schema":{"type":"object"})";
  tool.cache_control = R"({"type":"ephemeral"})";
  request.tools.push_back(tool);
  request.system.push_back(text_block(json::Raw("S")));
  CHECK(write_body(request) ==
        R"({"model":"m","max_tokens":7,"stream":true,"temperature":0.50,)"
        R"("stop_sequences":["\n\n"],"thinking":{"type":"enabled","budget_tokens":1024},)"
        R"("metadata":{"user_id":"u\"1"},"service_tier":"auto",)"
        R"("cache_control":{"type":"ephemeral"},)"
        R"("tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},)"
        R"("tools":[{"name":"f","input_schema":{"type":"object"},)"
        R"("cache_control":{"type":"ephemeral"}}],"system":[{"type":"text","text":"S"}],)" +
            std::string(kMessages));
}

TEST_CASE("request writer: output_config joins the client's members and ours") {
  json::Document document;
  REQUIRE(document.parse(R"({"a":1,"effort":"low","b":null,"a":2})"));
  MessagesRequest request = small();
  request.output_config.verbatim = document.root();
  const auto config = [&] {
    const std::string body = write_body(request);
    const auto begin = body.find(R"("output_config":)");
    if (begin == std::string::npos) return std::string();
    return body.substr(begin + 16, body.find(R"(,"messages")") - begin - 16);
  };
  CHECK(config() == R"({"effort":"low","a":2})");
  request.output_config.without_effort = true;
  CHECK(config() == R"({"a":2})");
  request.output_config.effort = "high";
  request.output_config.format = R"({"type":"json_schema","schema":{}})";
  CHECK(config() == R"({"a":2,"effort":"high","format":{"type":"json_schema","schema":{}}})");
  request.output_config = OutputConfig();
  CHECK(config().empty());
}

TEST_CASE("request writer: a paused turn is continued after the last message") {
  CHECK(anthropic::continue_request(write_body(small()), R"([{"type":"text","text":"x"}])") ==
        R"({"model":"m","max_tokens":7,"messages":[{"role":"user","content":[{"type":"text",)"
        R"("text":"Hi"}]},{"role":"assistant","content":[{"type":"text","text":"x"}]}]})");
}

}  // namespace proxx::anthropic
