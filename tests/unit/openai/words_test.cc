#include "openai/words.h"

#include <doctest/doctest.h>

#include "anthropic/usage.h"
#include "openai/content/citations.h"
#include "support.h"

namespace proxx::test {

TEST_CASE("code points of a raw JSON string") {
  const struct {
    const char* raw;
    int64_t count;
  } cases[] = {{"", 0},
               {"abc", 3},
               {"\xC3\xA9\xF0\x9F\x98\x80", 2},
               {R"(\n\"\\)", 3},
               {R"(\u00e9x)", 2},
               {R"(\ud83d\ude00)", 1},
               {R"(\uD83D\uDE00!)", 2},
               {R"(\\u0041)", 6},
               {R"(a\\)", 2}};
  for (const auto& row : cases) {
    CAPTURE(row.raw);
    CHECK(openai::count_code_points(json::Raw(row.raw)) == row.count);
  }
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "\xE2\x82\xACx";
  CHECK(openai::count_code_points(json::Raw(many)) == 2000);
  CHECK(openai::count_code_points(json::Raw(R"(\ud83d)")) +
            openai::count_code_points(json::Raw(R"(\ude00)")) ==
        1);
}

TEST_CASE("custom tool input leaves its wrapper") {
  const struct {
    const char* arguments;
    const char* raw;
  } cases[] = {
      {R"({"input":"a\nb"})", R"(a\nb)"},
      {R"({"input": "cut he)", "cut he"},
      {R"({"input": "whole")", "whole"},
      {R"({"input": "cut in an escape \)", R"({\"input\": \"cut in an escape \\)"},
      {R"({"input":5})", R"({\"input\":5})"},
      {R"({"inp)", R"({\"inp)"},
      {"{}", "{}"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.arguments);
    CHECK(openai::custom_input(row.arguments).bytes() == row.raw);
  }
}

TEST_CASE("text form: half a surrogate pair waits for the other half") {
  const auto text = [](const std::vector<std::string>& pieces) {
    std::vector<std::string> events{
        R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"};
    for (const std::string& piece : pieces) {
      events.push_back(
          R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
          piece + "\"}}");
    }
    for (const std::string& last : ending()) events.push_back(last);
    return run_events(AnswerForm::text, {}, {stream(events)}).out;
  };
  const std::string emoji = "\xF0\x9F\x98\x80";
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(text({R"(\ud83d)", R"(\ude00)"}) == emoji + "\n");
  CHECK(text({R"(a\uD83D)", R"(\uDE00b)"}) == "a" + emoji + "b\n");
  CHECK(text({R"(a\ud83d)", "b"}) == "a" + replacement + "b\n");
  CHECK(text({R"(a\ud83d)"}) == "a" + replacement + "\n");
  CHECK(text({R"(a\\ud83d)", "b"}) == "a\\ud83db\n");
  CHECK(text({R"(a\\\ud83d)", R"(\ude00)"}) == "a\\" + emoji + "\n");
}

TEST_CASE("text form: a newline is added only where it is missing") {
  const auto text = [](const std::string& raw) {
    return run_message(AnswerForm::text, {},
                       R"({"type":"message","id":"msg_1","model":"m","stop_reason":"end_turn",)"
                       R"("content":[{"type":"text","text":")" +
                           raw + "\"}]}")
        .out;
  };
  CHECK(text("a") == "a\n");
  CHECK(text("a\\n") == "a\n");
  CHECK(text("").empty());
}

TEST_CASE("text form: thinking is kept apart and handed over once") {
  ConverterOptions options;
  for (const bool wanted : {true, false}) {
    options.reasoning = {wanted, false, false};
    AnswerConverter converter = make_converter(AnswerForm::text, options);
    std::string out;
    REQUIRE(converter.feed_message(
        R"({"type":"message","id":"msg_1","model":"m","stop_reason":"end_turn","content":[)"
        R"({"type":"thinking","thinking":"a\n\u00e9"},{"type":"thinking","thinking":"b"},)"
        R"({"type":"text","text":"x"}]})",
        out));
    CHECK(out == "x\n");
    CHECK(converter.output().take_reasoning() == (wanted ? "a\n\xC3\xA9\n\nb" : ""));
    CHECK(converter.output().take_reasoning().empty());
  }
}

TEST_CASE("U43: sums of token counts saturate") {
  constexpr int64_t kMax = INT64_MAX;
  CHECK(anthropic::add_saturated(kMax, 1) == kMax);
  CHECK(anthropic::add_saturated(kMax, kMax) == kMax);
  CHECK(anthropic::add_saturated(kMax - 1, 1) == kMax);
  CHECK(anthropic::add_saturated(2, 3) == 5);
}

}  // namespace proxx::test
