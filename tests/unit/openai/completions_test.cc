#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "answer/converter.h"
#include "openai/completions/request.h"
#include "support.h"

// POST /v1/completions: its fields, and the objects that answer it.

namespace proxx::openai::completions {
namespace {

using Json = nlohmann::ordered_json;

Result<ConvertedRequest> convert(const std::string& members, OnLossy on_lossy = OnLossy::warn) {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  options.on_lossy = on_lossy;
  json::Document document;
  REQUIRE(document.parse(R"({"model":"claude-haiku-4-5","max_tokens":7)" + members + "}"));
  return kProtocol.convert(document.root(), options);
}

std::string messages(const std::string& members) {
  const auto converted = convert(members);
  REQUIRE(converted);
  return Json::parse(converted->body)["messages"].dump();
}

std::string answer(AnswerForm form, const std::string& members, const std::string& events,
                   std::optional<bool> include_usage = std::nullopt) {
  json::Document document;
  REQUIRE(document.parse("{\"a\":0" + members + "}"));
  const auto make = kProtocol.answer_to(document.root(), {{}, false, include_usage});
  REQUIRE(make);
  AnswerConverter converter((*make)(form, {}, [] { return int64_t{1700000000}; }));
  std::string out;
  REQUIRE(converter.feed_events(events, out));
  REQUIRE(converter.finish(out));
  return out;
}

std::string answer_of(const std::vector<std::string>& texts, const char* reason) {
  std::vector<std::string> events{
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"hm"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})"};
  for (const std::string& text : texts) {
    events.push_back(
        R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":")" + text +
        "\"}}");
  }
  events.emplace_back(R"({"type":"content_block_stop","index":1})");
  for (const std::string& last : test::ending(reason)) events.push_back(last);
  return test::stream(events);
}

}  // namespace

TEST_CASE("completions: a prompt is one user turn") {
  const std::string turn = R"([{"role":"user","content":[{"type":"text","text":"Say \"hi\""}]}])";
  CHECK(messages(R"(,"prompt":"Say \"hi\"")") == turn);
  CHECK(messages(R"(,"prompt":["Say \"hi\""])") == turn);
}

TEST_CASE("completions: what cannot be had is a 400 at its field, what asks for nothing is fine") {
  const std::pair<const char*, const char*> refused[] = {
      {R"("a":1)", "prompt"},
      {R"("prompt":null)", "prompt"},
      {R"("prompt":"")", "prompt"},
      {R"("prompt":" \n")", "prompt"},
      {R"("prompt":[])", "prompt"},
      {R"("prompt":["a","b"])", "prompt"},
      {R"("prompt":[1,2])", "prompt"},
      {R"("prompt":[[1,2],[3]])", "prompt"},
      {R"("prompt":{})", "prompt"},
      {R"("prompt":"x","suffix":"y")", "suffix"},
      {R"("prompt":"x","echo":true)", "echo"},
      {R"("prompt":"x","n":2)", "n"},
      {R"("prompt":"x","best_of":2)", "best_of"},
      {R"("prompt":"x","stop":[1])", "stop[0]"},
      {R"("prompt":"x","temperature":3)", "temperature"},
      {R"("prompt":"x","max_tokens":0)", "max_tokens"},
      {R"("prompt":"x","stream":1)", "stream"},
  };
  for (const auto& [members, param] : refused) {
    CAPTURE(members);
    const auto converted = convert(',' + std::string(members));
    REQUIRE_FALSE(converted);
    CHECK(converted.error().kind == ErrorKind::invalid_request);
    CHECK(converted.error().param == param);
  }
  const auto fine = convert(
      R"(,"prompt":"x","suffix":null,"echo":false,"n":1,"best_of":1,"logprobs":null,"stop":null,)"
      R"("presence_penalty":0,"stream_options":null)",
      OnLossy::error);
  REQUIRE(fine);
  CHECK(fine->notices.empty());
  CHECK(fine->body == R"({"model":"claude-haiku-4-5","max_tokens":7,"messages":[{"role":"user",)"
                      R"("content":[{"type":"text","text":"x"}]}]})");
}

TEST_CASE("completions: sampling, stop and user work as on chat") {
  const auto converted = convert(
      R"(,"prompt":"x","temperature":0.50,"stop":["a"," "],"user":"u1","stream":true,"seed":1,)"
      R"("logprobs":3,"strange":1)");
  REQUIRE(converted);
  const Json body = Json::parse(converted->body);
  CHECK(converted->body.find(R"("temperature":0.50)") != std::string::npos);
  CHECK(body["stop_sequences"].dump() == R"(["a"])");
  CHECK(body["metadata"]["user_id"] == "u1");
  CHECK(converted->stream);
  std::string paths;
  for (const Notice& notice : converted->notices) paths += notice.path + ' ';
  CHECK(paths == "strange stop[1] logprobs seed ");
  CHECK(converted->client_path("messages.0.content.0") == "prompt");
  CHECK(converted->client_path("max_tokens") == "max_tokens");
}

TEST_CASE("completions: a stream of text_completion objects") {
  const std::string out = answer(AnswerForm::stream, R"(,"stream_options":{"include_usage":true})",
                                 answer_of({"He said", R"( \"hi\"\u00e9)"}, "max_tokens"));
  const std::string head =
      R"(data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m","choices":[)";
  const auto chunk = [&](const char* text, const char* reason) {
    return head + R"({"text":")" + text + R"(","index":0,"logprobs":null,"finish_reason":)" +
           reason + R"(}],"usage":null})" + "\n\n";
  };
  const std::string expected = chunk("He said", "null") + chunk(R"( \"hi\"\u00e9)", "null") +
                               chunk("", "\"length\"") + head + R"(],"usage":{"prompt_tokens":3,)";
  CHECK(out.substr(0, expected.size()) == expected);
  CHECK(out.ends_with("}}}\n\ndata: [DONE]\n\n"));
  CHECK(answer(AnswerForm::stream, "", answer_of({"x"}, "end_turn")).find("usage") ==
        std::string::npos);
}

TEST_CASE("completions: one object") {
  const std::pair<const char*, const char*> reasons[] = {{"end_turn", "stop"},
                                                         {"stop_sequence", "stop"},
                                                         {"tool_use", "stop"},
                                                         {"max_tokens", "length"},
                                                         {"refusal", "content_filter"}};
  for (const auto& [reason, finish_reason] : reasons) {
    const Json whole =
        Json::parse(answer(AnswerForm::whole, "", answer_of({"a", "b"}, reason), true));
    CHECK(whole["object"] == "text_completion");
    CHECK(whole["choices"].size() == 1);
    CHECK(whole["choices"][0]["text"] == "ab");
    CHECK(whole["choices"][0]["finish_reason"] == finish_reason);
    CHECK(whole["usage"]["total_tokens"] == 8);
  }
  CHECK(answer(AnswerForm::text, "", answer_of({"a", "b"}, "end_turn")) == "ab\n");
}

}  // namespace proxx::openai::completions
