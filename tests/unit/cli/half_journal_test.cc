#include <doctest/doctest.h>

#include "cli/half_price/journal.h"
#include "cli/half_price/report.h"
#include "json/text.h"

using namespace proxx;
using namespace proxx::cli;

namespace {

struct Memory final : JournalStore {
  std::string text;
  bool full = false;
  Status append(std::string_view line) override {
    if (full) return err(ErrorKind::output_failed, "no space");
    text += line;
    return {};
  }
};

Result<Journal> reloaded(Memory& memory) {
  Journal journal(memory);
  std::string_view rest = memory.text;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    PROXX_TRY(journal.load(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return journal;
}

std::string text_of(const LineRanges& lines) {
  std::string out;
  for (const LineRange& range : lines) {
    out += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("half price: a journal that is read again is what was written") {
  Memory memory;
  Journal journal(memory);
  REQUIRE(journal.begin({100, 5000, 0xfedcba9876543210, "01234567", {{"model", "a \"b\""}}}));
  const auto first = journal.intent({{1, 10}, {12, 20}}, 19, "");
  REQUIRE(first);
  REQUIRE(journal.made(*first, "msgbatch_a", 77, "org", true));
  const auto second = journal.intent({{11, 11}, {21, 30}}, 11, "msgbatch_a");
  REQUIRE(second);
  REQUIRE(journal.made(*second, "msgbatch_x", 0, "", false));
  REQUIRE(journal.not_ours(*second));
  REQUIRE(journal.missing(*first, 123));
  REQUIRE(journal.ended(*first));
  const auto third = journal.intent({{31, 31}}, 1, "msgbatch_a");
  REQUIRE(third);
  REQUIRE(journal.give_up(*third));
  REQUIRE(journal.cancel());

  const auto again = reloaded(memory);
  REQUIRE(again);
  CHECK(again->head().hash == 0xfedcba9876543210);
  CHECK(again->head().settings.at("model") == "a \"b\"");
  REQUIRE(again->batches().size() == 2);
  const JournalBatch& a = again->batches()[0];
  CHECK(text_of(a.lines) == "1-10 12-20 ");
  CHECK(a.id == "msgbatch_a");
  CHECK(a.proven);
  CHECK(a.ended);
  CHECK_FALSE(a.got);
  CHECK(a.missing_since_unix_s == 123);
  const JournalBatch& b = again->batches()[1];
  CHECK(b.id.empty());
  CHECK(b.not_ours == std::vector<std::string>{"msgbatch_x"});
  CHECK(again->cancelled());
  CHECK(again->has_open_batches());
  // The serial of a batch that was given up is not used again.
  Memory more = memory;
  Journal on = *reloaded(more);
  CHECK(*on.intent({{40, 40}}, 1, "") == *third + 1);
}

TEST_CASE("half price: lines that are run again leave the batches that had them") {
  Memory memory;
  Journal journal(memory);
  REQUIRE(journal.begin({50, 1, 1, "01234567", {}}));
  const auto serial = journal.intent({{1, 10}, {20, 30}}, 21, "");
  REQUIRE(journal.made(*serial, "a", 0, "", true));
  REQUIRE(journal.got(*serial));
  REQUIRE(journal.resume({{1, 1}, {5, 6}, {10, 12}, {30, 30}, {40, 41}}));
  CHECK(text_of(journal.batches()[0].lines) == "2-4 7-9 20-29 ");
  CHECK_FALSE(contains(journal.batches()[0].lines, 5));
  CHECK(contains(journal.batches()[0].lines, 7));
}

TEST_CASE("half price: a record that cannot be written changes nothing") {
  Memory memory;
  Journal journal(memory);
  REQUIRE(journal.begin({50, 1, 1, "01234567", {}}));
  memory.full = true;
  CHECK_FALSE(journal.intent({{1, 10}}, 10, ""));
  CHECK(journal.batches().empty());
}

TEST_CASE("half price: records that make no sense are refused, at every cut too") {
  Memory memory;
  Journal journal(memory);
  REQUIRE(journal.begin({50, 1, 1, "01234567", {}}));
  REQUIRE(journal.intent({{1, 10}}, 10, ""));
  const std::string head = memory.text.substr(0, memory.text.find('\n'));
  for (size_t cut = 0; cut < head.size(); ++cut) {
    Memory other;
    CHECK_FALSE(Journal(other).load(head.substr(0, cut)));
  }
  for (const char* record :
       {R"({"do":"intent","n":1,"lines":[[1,2]],"items":2,"marker":""})",
        R"({"do":"intent","n":2,"lines":[[2,1]],"items":2,"marker":""})",
        R"({"do":"intent","n":2,"lines":[[49,51]],"items":2,"marker":""})",
        R"({"do":"intent","n":2,"lines":[],"items":0,"marker":""})",
        R"({"do":"made","n":9,"id":"x"})", R"({"do":"made","n":1})", R"({"do":"dance","n":1})",
        "[]", "1", R"({"do":"resume","lines":[[3,1]]})"}) {
    CAPTURE(record);
    CHECK_FALSE(journal.load(record));
  }
}

TEST_CASE("half price: what an answer costs, and what it would have") {
  Model model;
  model.price_input = 4;
  model.price_output = 10;
  model.price_cache_read = 1;
  AnswerFacts facts;
  facts.prompt_tokens = 1'000'000;
  facts.completion_tokens = 100'000;
  json::Document document;
  REQUIRE(document.parse(R"({"service_tier":"batch"})"));
  auto cost = half_cost(facts, document.root(), &model);
  REQUIRE(cost);
  CHECK(cost->paid_usd == doctest::Approx(2.5));
  CHECK(cost->saved_usd == doctest::Approx(2.5));
  REQUIRE(document.parse(R"({"service_tier":"standard"})"));
  cost = half_cost(facts, document.root(), &model);
  CHECK(cost->paid_usd == doctest::Approx(5));
  CHECK(cost->saved_usd == doctest::Approx(0));
  facts.cache_write_tokens = 1'000'000;
  REQUIRE(document.parse(
      R"({"service_tier":"batch","cache_creation":{"ephemeral_1h_input_tokens":1000000}})"));
  cost = half_cost(facts, document.root(), &model);
  CHECK(cost->paid_usd == doctest::Approx((8 + 1) / 2.0));
  CHECK_FALSE(half_cost(facts, document.root(), nullptr));
}

TEST_CASE("half price: the line that tells where a run stands") {
  HalfStanding standing;
  standing.batches = 12;
  standing.ended = 3;
  standing.answered = 29874;
  standing.failed = 41;
  standing.waiting = 90000;
  standing.cost = {4.12, 4.12};
  CHECK(standing_text(standing) ==
        "3 of 12 batches ended, 29,874 answers (41 failed), 90,000 waiting, $4.12 so far, $4.12 "
        "saved");
  CHECK(grouped(0) == "0");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
}
