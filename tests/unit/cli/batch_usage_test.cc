#include <doctest/doctest.h>

#include "cli/batch/usage.h"

using namespace proxx;
using namespace proxx::cli;

namespace {

/// Tokens and cost of one result, as a later run reads them.
BatchCounts recorded(const std::string& response) {
  json::Document document;
  REQUIRE(document.parse(response));
  BatchCounts counts;
  add_recorded(counts, document.root(), ModelTable());
  return counts;
}

constexpr const char* kChat =
    R"({"request_id":"req_1","body":{"model":"claude-haiku-4-5-20251001","usage":)"
    R"({"prompt_tokens":1000000,"completion_tokens":200000,"prompt_tokens_details":)"
    R"({"cached_tokens":7,"cache_write_tokens":5},"completion_tokens_details":{"reasoning_tokens":3}}}})";

}  // namespace

TEST_CASE("an answer's cost is the last member of its usage, and nothing else changes") {
  json::Document document;
  CHECK(with_cost(R"({"id":"a","usage":{"prompt_tokens":1},"x":{"usage":{"y":2}}})", 0.25,
                  document) ==
        R"({"id":"a","usage":{"prompt_tokens":1,"cost_usd":0.25},"x":{"usage":{"y":2}}})");
  // A sum's noise is not written.
  CHECK(with_cost(R"({"usage":{"a":1}})", 0.1 + 0.2, document) ==
        R"({"usage":{"a":1,"cost_usd":0.3}})");
  for (const char* without : {R"({"id":"a"})", R"({"usage":null})", R"({"usage":{}})", "no JSON"}) {
    CHECK(with_cost(without, 1, document) == without);
  }
}

TEST_CASE("what an earlier run answered counts by its usage, in each API's words") {
  const BatchCounts chat = recorded(kChat);
  CHECK(chat.done == 1);
  CHECK(chat.tokens.prompt_tokens == 1'000'000);
  CHECK(chat.tokens.completion_tokens == 200'000);
  CHECK(chat.tokens.cached_tokens == 7);
  CHECK(chat.tokens.cache_write_tokens == 5);
  CHECK(chat.tokens.reasoning_tokens == 3);
  CHECK(chat.cost_known);
  CHECK(chat.cost_usd == doctest::Approx(2).epsilon(0.001));

  const BatchCounts responses = recorded(
      R"({"body":{"model":"claude-haiku-4-5-20251001","usage":{"input_tokens":5,"output_tokens":6,)"
      R"("input_tokens_details":{"cached_tokens":2},"output_tokens_details":{"reasoning_tokens":4}}}})");
  CHECK(responses.tokens.prompt_tokens == 5);
  CHECK(responses.tokens.completion_tokens == 6);
  CHECK(responses.tokens.cached_tokens == 2);
  CHECK(responses.tokens.reasoning_tokens == 4);
}

TEST_CASE("a cost that was recorded counts, else the price; half of it by a message batch") {
  CHECK(recorded(R"({"body":{"model":"nobody's","usage":{"prompt_tokens":1,"cost_usd":0.5}}})")
            .cost_usd == 0.5);
  CHECK_FALSE(recorded(R"({"body":{"model":"nobody's","usage":{"prompt_tokens":1}}})").cost_known);
  std::string half = kChat;
  half.replace(half.find("req_1"), 5, "msgbatch_1");
  CHECK(recorded(half).cost_usd == doctest::Approx(1).epsilon(0.001));
  // Nonsense costs nothing and breaks nothing.
  CHECK(recorded(R"({"body":[]})").tokens.prompt_tokens == 0);
  CHECK(recorded(R"({"body":{"usage":{"prompt_tokens":-5}}})").tokens.prompt_tokens == 0);
}

TEST_CASE("sums of two runs are of both; a cost that one does not know, none knows") {
  BatchCounts one = recorded(kChat);
  one.add(recorded(kChat));
  CHECK(one.done == 2);
  CHECK(one.tokens.prompt_tokens == 2'000'000);
  CHECK(one.cost_usd == doctest::Approx(4).epsilon(0.001));
  CHECK(whole_usage_text(one).starts_with("with earlier runs: 2000000 in, "));
  CHECK(one.cost_known);
  one.add(recorded(R"({"body":{"model":"nobody's","usage":{"prompt_tokens":1}}})"));
  CHECK_FALSE(one.cost_known);
}
