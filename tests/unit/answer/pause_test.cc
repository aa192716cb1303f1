#include <doctest/doctest.h>

#include "fold.h"
#include "support.h"

namespace proxx::test {
namespace {

const ConverterOptions kContinued = [] {
  ConverterOptions options;
  options.waits_on_pause = true;
  return options;
}();

std::string block(int index, const std::string& start, const std::vector<std::string>& deltas) {
  const std::string at = R"(,"index":)" + std::to_string(index);
  std::string out =
      event(R"({"type":"content_block_start")" + at + R"(,"content_block":)" + start + "}");
  for (const std::string& delta : deltas) {
    out += event(R"({"type":"content_block_delta")" + at + R"(,"delta":)" + delta + "}");
  }
  return out + event(R"({"type":"content_block_stop")" + at + "}");
}

std::string turn(const std::string& blocks, std::string_view reason = "pause_turn") {
  std::string out = stream({}) + blocks;
  for (const std::string& last : ending(reason)) out += event(last);
  return out;
}

}  // namespace

TEST_CASE("a paused turn's blocks are kept as they were received") {
  const struct {
    const char* name;
    std::string start;
    std::vector<std::string> deltas;
    std::string kept;
  } cases[] = {
      {"text",
       R"({"type":"text","text":"a"})",
       {R"({"type":"text_delta","text":"b\u00e9"})", R"({"type":"text_delta","text":"\"c"})"},
       R"({"type":"text","text":"ab\u00e9\"c"})"},
      {"untouched",
       R"({"type": "web_search_tool_result", "content": [1.10]})",
       {},
       R"({"type": "web_search_tool_result", "content": [1.10]})"},
      {"input",
       R"({"type":"server_tool_use","id":"s","name":"n","input":{}})",
       {R"({"type":"input_json_delta","partial_json":""})",
        R"({"type":"input_json_delta","partial_json":"{\"n\": 1.10,"})",
        R"({"type":"input_json_delta","partial_json":" \"s\": \"\\u00e9\\n\"}"})"},
       R"({"type":"server_tool_use","id":"s","name":"n","input":{"n": 1.10, "s": "\u00e9\n"}})"},
      {"input of its fragments alone",
       R"({"type":"server_tool_use","id":"s","name":"n"})",
       {R"({"type":"input_json_delta","partial_json":"{\"n\":1}"})"},
       R"({"type":"server_tool_use","id":"s","name":"n","input":{"n":1}})"},
      {"no fragment",
       R"({"type":"server_tool_use","id":"s","name":"n","input":{}})",
       {R"({"type":"input_json_delta","partial_json":""})"},
       R"({"type":"server_tool_use","id":"s","name":"n","input":{}})"},
      {"thinking",
       R"({"type":"thinking","thinking":"","signature":""})",
       {R"({"type":"thinking_delta","thinking":"t"})",
        R"({"type":"signature_delta","signature":"s=="})"},
       R"({"type":"thinking","thinking":"t","signature":"s=="})"},
      {"omitted thinking",
       R"({"type":"thinking","thinking":""})",
       {R"({"type":"signature_delta","signature":"s=="})"},
       R"({"type":"thinking","thinking":"","signature":"s=="})"},
      {"citations",
       R"({"type":"text","text":"","citations":[{"type":"a"}]})",
       {R"({"type":"citations_delta","citation":{"type":"b"}})",
        R"({"type":"text_delta","text":"x"})"},
       R"({"type":"text","text":"x","citations":[{"type":"a"},{"type":"b"}]})"},
      {"null citations",
       R"({"type":"text","text":"x","citations":null})",
       {R"({"type":"citations_delta","citation":{"type":"b"}})"},
       R"({"type":"text","text":"x","citations":[{"type":"b"}]})"},
      {"new citations",
       R"({"type":"text","text":"x"})",
       {R"({"type":"citations_delta","citation":{"type":"b"}})"},
       R"({"type":"text","text":"x","citations":[{"type":"b"}]})"},
      {"empty text", R"({"type":"text","text":""})", {R"({"type":"text_delta","text":" \n"})"}, ""},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    AnswerConverter converter = make_converter(AnswerForm::stream, kContinued);
    std::string out;
    REQUIRE(converter.feed_events(turn(block(0, row.start, row.deltas)), out));
    REQUIRE(converter.paused());
    CHECK(converter.paused_content() == "[" + row.kept + "]");
  }
}

TEST_CASE("a pause writes no end, and all turns' blocks are sent back") {
  AnswerConverter converter = make_converter(AnswerForm::whole, kContinued);
  std::string out;
  for (const char* text : {"one", "two"}) {
    const std::string start = R"({"type":"text","text":")" + std::string(text) + "\"}";
    REQUIRE(converter.feed_events(turn(block(0, start, {})), out));
    REQUIRE(converter.finish(out));
    REQUIRE(converter.paused());
    CHECK_FALSE(converter.complete());
    CHECK(out.empty());
    if (text == std::string("one")) converter.resume();
  }
  CHECK(converter.paused_content() ==
        R"([{"type":"text","text":"one"},{"type":"text","text":"two"}])");
  SUBCASE("given up") {
    converter.end_paused(out);
  }
  SUBCASE("continued by a whole message") {
    converter.resume();
    REQUIRE(converter.feed_message(
        R"({"type":"message","id":"x","model":"y","content":[],"stop_reason":"end_turn",)"
        R"("usage":{"input_tokens":8,"output_tokens":5}})",
        out));
    CHECK(converter.facts().completion_tokens == 15);
    CHECK(converter.facts().prompt_tokens == 8);
  }
  CHECK(converter.complete());
  CHECK_FALSE(converter.paused());
  const Json completion = Json::parse(out);
  CHECK(completion["choices"][0]["message"]["content"] == "onetwo");
  CHECK(completion["choices"][0]["finish_reason"] == "stop");
  CHECK(completion["id"] == "chatcmpl-1");
  CHECK(completion["model"] == "m");
}

TEST_CASE("a continuation that ends early is truncated") {
  AnswerConverter converter = make_converter(AnswerForm::stream, kContinued);
  std::string out;
  REQUIRE(converter.feed_events(turn(""), out));
  REQUIRE(converter.paused());
  converter.resume();
  CHECK_FALSE(converter.paused());
  REQUIRE(converter.feed_events(stream({}), out));
  const Status status = converter.finish(out);
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::upstream_truncated);
  CHECK(out.find("[DONE]") == std::string::npos);
}

TEST_CASE("a turn that cannot be sent back as it was ends the answer") {
  const std::string odd = block(0, R"({"type":"text","text":"x"})", {R"({"type":"new_delta"})"});
  const std::string cut = block(0, R"({"type":"server_tool_use","input":{}})",
                                {R"({"type":"input_json_delta","partial_json":"{\"a"})"});
  for (const std::string& blocks : {odd, cut}) {
    const Outcome outcome = run_events(AnswerForm::stream, kContinued, {turn(blocks)});
    CHECK(outcome.complete);
    CHECK(outcome.facts.stop.reason == answer::StopReason::pause_turn);
  }
}

TEST_CASE("only pause_turn pauses, and only if it may be continued") {
  AnswerConverter ended = make_converter(AnswerForm::stream, kContinued);
  std::string out;
  REQUIRE(ended.feed_events(turn("", "end_turn"), out));
  CHECK(ended.complete());
  AnswerConverter never = make_converter(AnswerForm::stream, {});
  REQUIRE(never.feed_events(turn(""), out));
  CHECK(never.complete());
  CHECK_FALSE(never.paused());
}

}  // namespace proxx::test
