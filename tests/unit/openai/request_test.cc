#include "openai/chat/request.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "anthropic/request_writer.h"
#include "json/reader.h"

namespace proxx {
namespace {

const ModelTable& models() {
  static const ModelTable table;
  return table;
}

Result<ConvertedChatRequest> convert(const std::string& json, RequestOptions options = {}) {
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

TEST_CASE("half price: what an item of a batch may not hold is left out, with a notice") {
  RequestOptions item;
  item.batch_item = true;
  const auto sent = [&](const std::string& members, bool cache = false) {
    item.prompt_cache = cache;
    const auto converted = convert(request(members), item);
    REQUIRE(converted);
    std::string notices;
    for (const Notice& notice : converted->notices) notices += notice.path + ";";
    return std::pair(converted->body, notices);
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  // Enough tokens for a stream to be asked for otherwise.
  CHECK(has(convert(request(R"("max_tokens":60000)"))->body, "\"stream\""));
  CHECK_FALSE(has(sent(R"("max_tokens":60000)").first, "\"stream\""));
  for (const char* tier : {"default", "priority", "flex"}) {
    CAPTURE(tier);
    const auto [body, notices] =
        sent(R"("max_tokens":9,"service_tier":")" + std::string(tier) + "\"");
    CHECK_FALSE(has(body, "service_tier"));
    CHECK(notices == "service_tier;");
  }
  CHECK(sent(R"("max_tokens":9,"service_tier":"auto")").second.empty());
  const auto [body, notices] = sent(R"("max_tokens":9,"speed":"fast")");
  CHECK_FALSE(has(body, "speed"));
  CHECK(notices == "speed;");
  CHECK(has(convert(request(R"("max_tokens":9,"speed":"fast")"))->body, R"("speed":"fast")"));
  CHECK(has(sent(R"("max_tokens":9)", true).first, R"("ttl":"1h")"));
  CHECK_FALSE(has(sent(R"("max_tokens":9,"prompt_cache_options":{"ttl":"5m"})").first, "1h"));
  item.on_lossy = OnLossy::error;
  CHECK_FALSE(convert(request(R"("max_tokens":9,"speed":"fast")"), item));
}

TEST_CASE("the notice of a service tier keeps its place among those of the fields") {
  const auto converted =
      convert(request(R"("prompt_cache_retention":"24h","service_tier":"priority","seed":7)"));
  REQUIRE(converted);
  std::string paths;
  for (const Notice& notice : converted->notices) paths += notice.path + ";";
  CHECK(paths == "seed;service_tier;prompt_cache_retention;");
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

TEST_CASE("A16: a word that is none of the known is refused by its path") {
  const auto saying = [](const std::string& part) {
    return R"("messages":[{"role":"user","content":[)" + part + "]}]";
  };
  const std::string tool = R"("tools":[{"type":"function","function":{"name":"f"}}],)";
  const struct {
    std::string members;
    const char* param;
    const char* message;
  } kCases[] = {
      {R"("verbosity":"loud")", "verbosity", "must be low, medium or high"},
      {R"("prompt_cache_retention":"1h")", "prompt_cache_retention", "must be in_memory or 24h"},
      {R"("prompt_cache_options":{"mode":"x"})", "prompt_cache_options.mode",
       "must be implicit or explicit"},
      {R"("prompt_cache_options":{"ttl":"2h"})", "prompt_cache_options.ttl", "must be 30m"},
      {R"("response_format":{"type":"xml"})", "response_format.type",
       "must be text, json_object or json_schema"},
      {tool + R"("tool_choice":"always")", "tool_choice",
       "must be none, auto, required or an object"},
      {tool +
           R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"none","tools":[]}})",
       "tool_choice.allowed_tools.mode", "must be auto or required"},
      {saying(R"({"type":"file","file":{"file_data":"data:text/plain,hi"}})"),
       "messages[0].content[0].file.file_data", "expected a data URL in base64"},
      {saying(R"({"type":"file","file":{"file_data":"data:text/plain;base64,/w=="}})"),
       "messages[0].content[0].file.file_data", "the text file is not UTF-8"},
      {R"("messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[)"
       R"({"id":"a","type":"x","function":{"name":"f","arguments":"{}"}}]}])",
       "messages[1].tool_calls[0].type", "must be function or custom"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.members);
    const bool whole = row.members.find("\"messages\"") != std::string::npos;
    const auto converted = convert(whole ? "{\"model\":\"claude-sonnet-4-6\"," + row.members + "}"
                                         : request(row.members));
    REQUIRE_FALSE(converted);
    CHECK(converted.error().param == row.param);
    CHECK(converted.error().message == row.message);
    CHECK(converted.error().code == "invalid_value");
  }
}

TEST_CASE("of two fields that say the same, one counts and the other is told of") {
  RequestOptions searching;
  searching.web_search = true;
  const struct {
    std::string members;
    Notice::Kind kind;
    const char* path;
    const char* reason;
    const char* sent;
    const char* not_sent;
  } kCases[] = {
      {R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},)"
       R"("response_format":{"type":"json_object"})",
       Notice::Kind::dropped, "response_format", "output_config.format is sent",
       R"("format":{"type":"json_schema")", "Answer with one JSON object"},
      {R"("tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none",)"
       R"("function_call":"auto")",
       Notice::Kind::dropped, "function_call", "tool_choice is sent", R"("type":"none")",
       R"("type":"auto")"},
      {R"("tools":[{"type":"function","function":{"name":"web_search"}}],"web_search_options":{})",
       Notice::Kind::dropped, "web_search_options", "a tool has the name web_search already",
       R"("name":"web_search")", "web_search_20250305"},
      {R"("max_tokens":3000,"reasoning":{"max_tokens":2500},"model":"claude-opus-4-5")",
       Notice::Kind::adjusted, "reasoning.max_tokens",
       "cut to leave 1024 tokens of max_tokens for the answer", R"("budget_tokens":1976)", "2500"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.members);
    const auto converted = convert(request(row.members), searching);
    REQUIRE(converted);
    CAPTURE(converted->body);
    CHECK(converted->body.find(row.sent) != std::string::npos);
    CHECK(converted->body.find(row.not_sent) == std::string::npos);
    const auto& notices = converted->notices;
    CHECK(std::any_of(notices.begin(), notices.end(), [&](const Notice& notice) {
      return notice.kind == row.kind && notice.path == row.path && notice.reason == row.reason;
    }));
  }
}

TEST_CASE("the upstream takes 20 strict tools: the next goes as it is") {
  std::string tools;
  for (int i = 0; i < 21; ++i) {
    tools += (i == 0 ? "" : ",") + std::string(R"({"type":"function","function":{"name":"f)") +
             std::to_string(i) + R"(","strict":true,"parameters":{"type":"object"}}})";
  }
  const auto converted = convert(request("\"tools\":[" + tools + "]"));
  REQUIRE(converted);
  json::Document document;
  REQUIRE(document.parse(converted->body));
  const json::Reader sent = document.root().get("tools");
  for (size_t i = 0; i < 21; ++i) CHECK(sent.at(i).get("strict").is_boolean() == (i < 20));
  REQUIRE(converted->notices.size() == 1);
  CHECK(converted->notices[0].path == "tools[20].function.strict");
}

TEST_CASE("a response format that is too complex is asked for, or refused if it is strict") {
  std::string properties;
  for (int i = 0; i < 25; ++i) {
    properties += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"type":"string"})";
  }
  const auto format = [&](const char* strict) {
    return R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":)" +
           std::string(strict) + R"(,"schema":{"type":"object","properties":{)" + properties +
           "}}}}";
  };
  const auto asked = convert(request(format("false")));
  REQUIRE(asked);
  CHECK(asked->body.find("output_config") == std::string::npos);
  CHECK(asked->body.find("satisfies this JSON Schema") != std::string::npos);
  const auto refused = convert(request(format("true")));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "response_format");
  CHECK(refused.error().message.find("too complex for the upstream") != std::string::npos);
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

TEST_CASE("W1: 64 betas in 4 KiB, whichever lists they are in") {
  const auto betas = [](size_t count, size_t bytes, const char* begin) {
    std::string out;
    for (size_t i = 0; i < count; ++i) {
      std::string beta = begin + std::to_string(i);
      beta.resize(std::max(beta.size(), bytes), 'x');
      out += (i == 0 ? "" : ",") + beta;
    }
    return out;
  };
  const auto array = [](std::string list) {
    for (size_t at = 0; (at = list.find(',', at)) != std::string::npos; at += 3) {
      list.replace(at, 1, R"(",")");
    }
    return "[\"" + list + "\"]";
  };
  const auto all = convert(request(R"("betas":)" + array(betas(64, 64, "b"))));
  REQUIRE(all);
  CHECK(all->betas.size() == 64);
  CHECK(convert(request(R"("anthropic_beta":")" + betas(64, 64, "b") + '"')));
  CHECK(convert(request(R"("anthropic_beta":")" + betas(1, 4096, "b") + '"')));
  CHECK(convert(request(R"("anthropic_beta":")" + betas(32, 1, "a") + R"(","betas":)" +
                        array(betas(32, 1, "b")))));

  CHECK(param(request(R"("betas":)" + array(betas(65, 1, "b")))) == "betas");
  CHECK(param(request(R"("betas":)" + array(betas(64, 65, "b")))) == "betas");
  CHECK(param(request(R"("anthropic_beta":")" + betas(65, 1, "b") + '"')) == "anthropic_beta");
  CHECK(param(request(R"("anthropic_beta":")" + betas(1, 4097, "b") + '"')) == "anthropic_beta");
  CHECK(param(request(R"("anthropic_beta":")" + betas(32, 1, "a") + R"(","betas":)" +
                      array(betas(33, 1, "b")))) == "betas");
}

TEST_CASE("W5: notices have their paths, wherever in a long request they are") {
  std::string parts;
  std::string messages;
  for (int i = 0; i < 300; ++i) {
    parts += R"({"type":"text","text":"x"},)";
    messages += R"({"role":"user","content":"x"},)";
  }
  const auto converted = convert(
      R"({"model":"claude-opus-5-5","odd":1,"messages":[{"role":"user","content":[)" + parts +
      R"({"type":"text","text":"x","y":1},{"type":"text","text":"x"},)"
      R"({"type":"text","text":"x","y":1}]},)" +
      messages +
      R"({"role":"user","content":"x","name":"n"},{"role":"user","content":"y","z":[]}]})");
  REQUIRE(converted);
  std::vector<std::string> paths;
  for (const Notice& notice : converted->notices) paths.push_back(notice.path);
  CHECK(paths == std::vector<std::string>{"odd", "messages[0].content[300].y",
                                          "messages[0].content[302].y", "messages[301].name",
                                          "messages[302].z"});
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
      anthropic::continue_request(converted->body, R"([{"type":"text","text":"a"}])") ==
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
