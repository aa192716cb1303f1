#include "core/request.h"

#include <doctest/doctest.h>

#include <ctime>

#include "core/json_reader.h"

namespace proxx {
namespace {

const ModelTable& models() {
  static const ModelTable table;
  return table;
}

Result<ConvertedRequest> convert(const std::string& json, RequestOptions options = {}) {
  options.models = &models();
  return convert_request(json, options);
}

/// A request of `members` and one user message.
std::string request(const std::string& members) {
  return R"({"model":"claude-sonnet-4-6",)" + members +
         R"(,"messages":[{"role":"user","content":"Hi"}]})";
}

std::string param(const std::string& json) {
  const auto converted = convert(json);
  return converted ? "none" : converted.error().param;
}

}  // namespace

TEST_CASE("A10: nesting inside arguments and parameters") {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  const auto with_arguments = [&](int depth) {
    return R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant",)"
           R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":)" +
           nested(depth) + R"(}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}]})";
  };
  CHECK(convert(with_arguments(100)));
  CHECK(param(with_arguments(100'000)) == "messages[1].tool_calls[0].function.arguments");
  CHECK_FALSE(convert(request(R"("tools":[{"type":"function","function":{"name":"f","parameters":)"
                              R"({"x":)" +
                              nested(100'000) + "}}}]")));
}

TEST_CASE("A11: of duplicate keys the last counts, for checking and for sending") {
  const auto converted = convert(
      R"({"model":"../bad","max_tokens":"x","messages":[],"model":"claude-opus-5-5","max_tokens":7,)"
      R"("messages":[{"role":"nobody","content":[],"role":"user","content":"a","content":"b"}]})");
  REQUIRE(converted);
  CHECK(converted->model == "claude-opus-5-5");
  CHECK(converted->body ==
        R"({"model":"claude-opus-5-5","max_tokens":7,"messages":[{"role":"user",)"
        R"("content":[{"type":"text","text":"b"}]}]})");
  CHECK(param(R"({"model":"m","messages":[{"role":"user","content":"a"}],"messages":7})") ==
        "messages");
}

TEST_CASE("A12: numbers of max_tokens") {
  for (const char* value :
       {"18446744073709551616", "1e400", "1.5", "\"5\"", "-1", "0", "true", "[]", "1e3"}) {
    CAPTURE(value);
    CHECK(param(request(std::string("\"max_tokens\":") + value)) == "max_tokens");
    CHECK(param(request(std::string("\"max_completion_tokens\":") + value)) ==
          "max_completion_tokens");
  }
  CHECK(param(request(R"("max_tokens":null)")) == "none");
}

TEST_CASE("A12: ranges of the other numbers") {
  struct {
    const char* field;
    const char* param;
  } const kCases[] = {
      {R"("temperature":-0.1)", "temperature"},
      {R"("temperature":1e400)", "temperature"},
      {R"("top_p":-1)", "top_p"},
      {R"("top_k":-1)", "top_k"},
      {R"("top_k":1.5)", "top_k"},
      {R"("n":1.0)", "n"},
      {R"("n":0)", "n"},
      {R"("presence_penalty":2.1)", "presence_penalty"},
      {R"("frequency_penalty":-2.1)", "frequency_penalty"},
      {R"("logit_bias":{"1":101})", "logit_bias.1"},
      {R"("top_logprobs":21)", "top_logprobs"},
      {R"("seed":1.5)", "seed"},
      {R"("reasoning":{"max_tokens":0})", "reasoning.max_tokens"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.field);
    CHECK(param(request(row.field)) == row.param);
  }
}

TEST_CASE("A15: a request is an object") {
  for (const char* text : {"[]", "\"x\"", "1", "null"}) {
    const auto converted = convert(text);
    REQUIRE_FALSE(converted);
    CHECK(converted.error().kind == ErrorKind::invalid_request);
    CHECK(converted.error().message.find("object expected") != std::string::npos);
  }
}

TEST_CASE("A22: ten thousand parts, and blank ones among them") {
  std::string parts;
  for (int i = 0; i < 10'000; ++i) {
    parts += R"({"type":"text","text":")" + std::string(i % 2 == 0 ? "x" : " ") + "\"},";
  }
  parts.pop_back();
  const auto converted =
      convert(R"({"model":"m","messages":[{"role":"user","content":[)" + parts + "]}]}");
  REQUIRE(converted);
  CHECK(converted->body.find(R"("text":" ")") == std::string::npos);
  json::Document document;
  REQUIRE(document.parse(converted->body));
  CHECK(document.root().get("messages").at(0).get("content").size() == 5000);
}

TEST_CASE("A27: names of models") {
  const auto with = [](const std::string& name) {
    return R"({"model":")" + name + R"(","messages":[{"role":"user","content":"Hi"}]})";
  };
  for (const std::string& name :
       {std::string(), std::string(10'240, 'x'), std::string("a\\u0000"), std::string("a\\u007f"),
        std::string("../x"), std::string("a/../b"), std::string("..")}) {
    CHECK(param(with(name)) == "model");
  }
  CHECK(param(with(std::string(256, 'x'))) == "none");
  CHECK(param(with("vendor/model:1.5..x")) == "none");
}

TEST_CASE("A32: ten thousand unknown fields give a bounded list of notices") {
  std::string members;
  for (int i = 0; i < 10'000; ++i) members += "\"f" + std::to_string(i) + "\":1,";
  const auto converted =
      convert("{" + members + R"("model":"m","messages":[{"role":"user","content":"Hi"}]})");
  REQUIRE(converted);
  CHECK(converted->notices.size() == 201);
  CHECK(converted->notices.back().reason == "and 9800 more");
}

TEST_CASE("strict passes what loses nothing, and names the first loss") {
  RequestOptions strict;
  strict.on_lossy = OnLossy::error;
  CHECK(convert(request(R"("temperature":0.5,"store":false,"seed":null)"), strict));
  const auto lossy = convert(request(R"("store":true,"seed":3)"), strict);
  REQUIRE_FALSE(lossy);
  CHECK(lossy.error().param == "seed");
  CHECK(lossy.error().code == "unsupported_parameter");
  CHECK(convert(request(R"("temperature":1.5)"), strict).error().code == "unsupported_value");
}

TEST_CASE("a paused turn is continued behind the last message") {
  const auto converted = convert(request(R"("max_tokens":5)"));
  REQUIRE(converted);
  CHECK(
      continue_request(converted->body, R"([{"type":"text","text":"a"}])") ==
      R"({"model":"claude-sonnet-4-6","max_tokens":5,"messages":[{"role":"user","content":)"
      R"([{"type":"text","text":"Hi"}]},{"role":"assistant","content":[{"type":"text","text":"a"}]}]})");
}

TEST_CASE("the look of an answer is known from the request alone") {
  const auto answer = answer_options_of(
      R"({"model":"gpt-4o","functions":[],"tools":[{"type":"custom","custom":{"name":"sql"}}],)"
      R"("stream_options":{"include_usage":true},"reasoning":{"exclude":true}})");
  REQUIRE(answer);
  CHECK(answer->legacy_function_call);
  CHECK(answer->include_usage);
  CHECK(answer->custom_tools == std::vector<std::string>{"sql"});
  CHECK(answer->requested_model == "gpt-4o");
  CHECK_FALSE(answer->reasoning.reasoning_content);
  CHECK(answer_options_of("{}"));
  CHECK_FALSE(answer_options_of("[]"));
}

TEST_CASE("a request of a million small pieces takes linear time") {
  std::string messages;
  for (int i = 0; i < 20'000; ++i) {
    const std::string id = "call_" + std::to_string(i % 7);
    messages += R"({"role":"user","name":"n","content":[{"type":"text","text":"x","y":1}]},)"
                R"({"role":"assistant","tool_calls":[{"id":")" +
                id +
                R"(","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
                R"({"role":"tool","tool_call_id":")" +
                id + R"(","content":"1"},)";
  }
  messages += R"({"role":"user","content":"end"})";
  const std::clock_t begin = std::clock();
  CHECK(convert(R"({"model":"claude-opus-5-5","messages":[)" + messages + "]}"));
  // Takes about a tenth of a second in a debug build; quadratic would be minutes.
  CHECK(std::clock() - begin < 20 * CLOCKS_PER_SEC);
}

}  // namespace proxx
