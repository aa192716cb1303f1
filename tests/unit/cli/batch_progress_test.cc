#include <doctest/doctest.h>

#include "answer/cost.h"
#include "cli/batch/progress.h"

using namespace std::chrono_literals;
using namespace proxx;
using namespace proxx::cli;

namespace {

AnswerFacts facts_of(int64_t prompt, int64_t completion) {
  AnswerFacts facts;
  facts.prompt_tokens = prompt;
  facts.completion_tokens = completion;
  return facts;
}

}  // namespace

TEST_CASE("progress tells what is done, how fast, what it cost and how long it will take") {
  Model model;
  model.price_input = 3;
  model.price_output = 15;
  BatchCounts counts;
  counts.add(facts_of(1'000'000, 200'000), cost_usd(facts_of(1'000'000, 200'000), &model));
  counts.done = 10;
  counts.failed = 2;
  counts.skipped = 5;
  counts.total = 7255;
  CHECK(progress_text(counts, 5s) ==
        "13 of 7255 done, 2 failed, 2.0/s, 1.2M tokens, $6.0000, 1:00:20 left");
  CHECK(usage_text(counts, 5s) == "usage: 1000000 in, 200000 out, $6.000000, 10 lines in 5 s");
  AnswerFacts more = facts_of(1, 1);
  more.cached_tokens = 7;
  more.reasoning_tokens = 9;
  counts.add(more, std::nullopt);
  CHECK(usage_text(counts, 5s) ==
        "usage: 1000001 in, 7 cached, 200001 out, 9 reasoning, 10 lines in 5 s");
}

TEST_CASE("progress leaves out what it cannot know") {
  BatchCounts counts;
  CHECK(progress_text(counts, 0s) == "0 done, 0 failed, 0 tokens");
  counts.add(facts_of(1'500, 0), std::nullopt);
  counts.done = 1;
  CHECK(progress_text(counts, 10s) == "1 done, 0 failed, 0.1/s, 1.5K tokens");
}
