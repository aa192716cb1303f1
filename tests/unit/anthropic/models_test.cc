#include "anthropic/models.h"

#include <doctest/doctest.h>

#include <string>

#include "anthropic/model_name.h"

namespace proxx {

TEST_CASE("models: ids, aliases and dated ids find their row and keep the name they came by") {
  const ModelTable models;
  struct {
    const char* name;
    const char* display_name;
  } const kCases[] = {
      {"claude-opus-5-5", "Claude Opus 5.5"},
      {"claude-opus-4-5", "Claude Opus 4.5"},
      {"claude-opus-4-5-20251101", "Claude Opus 4.5"},
      {"claude-opus-4-5-20260101", "Claude Opus 4.5"},
      {"claude-opus-4-6-20260205", "Claude Opus 4.6"},
      {"claude-opus-4-6-2026020x", "claude-opus-4-6-2026020x"},
      {"claude-new-7", "claude-new-7"},
      {"claude-new-7-20270101", "claude-new-7-20270101"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.name);
    CHECK(models.resolve(row.name).id == row.name);
    CHECK(models.resolve(row.name).display_name == row.display_name);
  }
}

TEST_CASE("models: one that is not listed can what the newest can, at an unknown price") {
  const Model model = ModelTable().resolve("claude-new-7");
  CHECK(model.max_tokens == 128'000);
  CHECK(model.mid_conversation_system);
  CHECK_FALSE(model.forced_tool_choice);
  CHECK_FALSE(model.prefill);
  CHECK(model.sampling == Sampling::none);
  CHECK(model.thinking.on_by_default);
  CHECK(model.price_input < 0);
  CHECK(model.created_unix_s == 0);
}

TEST_CASE("models: configured aliases may name each other; a circle ends") {
  ModelTable models;
  models.add_alias("gpt-4o", "best");
  models.add_alias("best", "claude-opus-4-5");
  models.add_alias("a", "b");
  models.add_alias("b", "a");
  models.add_alias("claude-haiku-5-5", "claude-haiku-5-5");
  CHECK(models.resolve("gpt-4o").id == "claude-opus-4-5");
  CHECK(models.resolve("gpt-4o").prefill);
  CHECK_FALSE(models.resolve("a").id.empty());
  CHECK(models.resolve("claude-haiku-5-5").display_name == "Claude Haiku 5.5");
  CHECK(models.find("gpt-4o") == nullptr);
}

TEST_CASE("models: a gateway's spelling of a name has the rules of its row and stays as written") {
  const ModelTable models;
  struct {
    const char* name;
    const char* row;
  } const kCases[] = {
      {"anthropic/claude-haiku-4-5", "claude-haiku-4-5-20251001"},
      {"openrouter/anthropic/claude-haiku-4.5", "claude-haiku-4-5-20251001"},
      {"anthropic/claude-opus-4.8:beta", "claude-opus-4-8"},
      {"anthropic.claude-haiku-4-5", "claude-haiku-4-5-20251001"},
      {"anthropic:claude-haiku-4-5", "claude-haiku-4-5-20251001"},
      {"us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5-20251001"},
      {"global.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"},
      {"us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"},
      {"bedrock/eu.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5-20251101"},
      {"arn:aws:bedrock:us-east-1:1:inference-profile/jp.anthropic.claude-haiku-4-5-20251001-v1:0",
       "claude-haiku-4-5-20251001"},
      {"claude-haiku-4-5@20251001", "claude-haiku-4-5-20251001"},
      {"claude-opus-4-8@default", "claude-opus-4-8"},
      {"claude-sonnet-4-6[1m]", "claude-sonnet-4-6"},
      {"claude-sonnet-4-6-thinking", "claude-sonnet-4-6"},
      {"claude-sonnet-4-6-latest", "claude-sonnet-4-6"},
      {"claude-haiku-4-5-20251001-thinking", "claude-haiku-4-5-20251001"},
      {"us.anthropic.claude-haiku-4-5-20251001-v1:0[1m]", "claude-haiku-4-5-20251001"},
      {"anthropic/us.anthropic.claude-haiku-4-5@20251001-thinking[1m]",
       "claude-haiku-4-5-20251001"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.name);
    const Model named = models.resolve(row.name);
    const Model* expected = models.find(row.row);
    REQUIRE(expected != nullptr);
    CHECK(models.find_spelled(row.name) == expected);
    CHECK(named.id == row.name);
    CHECK(named.alias.empty());
    CHECK(named.display_name == expected->display_name);
    CHECK(named.max_tokens == expected->max_tokens);
    CHECK(named.sampling == expected->sampling);
    CHECK(named.prefill == expected->prefill);
    CHECK(named.forced_tool_choice == expected->forced_tool_choice);
    CHECK(named.thinking.adaptive == expected->thinking.adaptive);
  }
}

TEST_CASE("models: what only resembles a gateway's spelling is an unknown model") {
  const ModelTable models;
  for (const char* name :
       {"", "/", "anthropic.", "anthropic/", "[1m]", "-thinking", "@20251001", "claude-haiku-4-5@",
        "claude-haiku-4-5@x", "claude-haiku-4-5[1m", "claude-haiku-4-5-v",
        "claude-haiku-4-5-v1:", "US.anthropic.claude-haiku-4-5", "claude-haiku-4-5/",
        "not anthropic.claude-haiku-4-5", "claude-haiku-4-5-thinkings"}) {
    CAPTURE(name);
    CHECK(models.find_spelled(name) == nullptr);
  }
  const std::string long_name = "claude-haiku-4-5" + std::string(1'000'000, '/');
  CHECK(models.find_spelled(long_name) == nullptr);
  CHECK(models.resolve(long_name).id == long_name);
}

TEST_CASE("models: a row of its own counts before what its name stands for otherwise") {
  ModelTable models;
  Model model = models.resolve("us.anthropic.claude-haiku-4-5");
  model.max_tokens = 1;
  models.put(model);
  CHECK(models.resolve("us.anthropic.claude-haiku-4-5").max_tokens == 1);
  CHECK(models.resolve("bedrock/us.anthropic.claude-haiku-4-5").max_tokens == 1);
  CHECK(models.resolve("us.anthropic.claude-haiku-4-5[1m]").max_tokens == 1);
  CHECK(models.resolve("eu.anthropic.claude-haiku-4-5").max_tokens == 64'000);
}

TEST_CASE("models: aliases with * take what they match, the longest first") {
  ModelTable models;
  models.add_alias("*", "claude-haiku-5-5");
  models.add_alias("gpt-*", "claude-sonnet-5-5");
  models.add_alias("gpt-*-mini", "claude-haiku-4-5");
  models.add_alias("gpt-4o*", "best");
  models.add_alias("gpt-4o-exact", "claude-opus-4-6");
  models.add_alias("best", "claude-opus-5-5");
  models.add_alias("*turbo", "claude-opus-4-8");
  struct {
    const char* name;
    const char* target;
  } const kCases[] = {
      {"gpt-4", "claude-sonnet-5-5"},
      {"gpt-", "claude-sonnet-5-5"},
      {"gpt", "claude-haiku-5-5"},
      {"gpt-4o", "claude-opus-5-5"},
      {"gpt-4o-2024", "claude-opus-5-5"},
      {"gpt-4o-exact", "claude-opus-4-6"},
      {"gpt-4o-mini", "claude-haiku-4-5"},  // gpt-*-mini is longer than gpt-4o*
      {"gpt-mini", "claude-sonnet-5-5"},
      {"gpt-3.5-turbo", "claude-opus-4-8"},
      {"claude-opus-5", "claude-haiku-5-5"},
      {"claude-haiku-5-5", "claude-haiku-5-5"},
      {"", "claude-haiku-5-5"},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.name);
    CHECK(models.target_of(row.name) == row.target);
    CHECK(models.resolve(row.name).id == row.target);
  }
  CHECK(models.aliases().size() == 2);
  models.add_alias("gpt-*", "claude-opus-5");
  CHECK(models.resolve("gpt-4").id == "claude-opus-5");
  CHECK(models.patterns().size() == 5);
  CHECK(models.patterns().back().first == "*");
}

TEST_CASE("models: a pattern's parts stand in order and do not overlap") {
  CHECK(matches_pattern("a*b*c", "abc"));
  CHECK(matches_pattern("a*b*c", "a-b-b-c-c"));
  CHECK_FALSE(matches_pattern("a*b*c", "acb"));
  CHECK_FALSE(matches_pattern("aba*aba", "aba"));
  CHECK(matches_pattern("**", ""));
  CHECK_FALSE(matches_pattern("*a", "ab"));
  CHECK_FALSE(matches_pattern("", "a"));
  CHECK(matches_pattern("a", "a"));
}

TEST_CASE("models: put corrects a row or adds one") {
  ModelTable models;
  Model model = models.resolve("claude-opus-5-5");
  const size_t rows = models.rows().size();
  model.max_tokens = 1;
  models.put(model);
  CHECK(models.rows().size() == rows);
  CHECK(models.resolve("claude-opus-5-5").max_tokens == 1);
  model.id = "mine";
  models.put(model);
  CHECK(models.rows().size() == rows + 1);
  CHECK(models.resolve("mine").display_name == "Claude Opus 5.5");
}

TEST_CASE("models: the built-in rows are consistent") {
  const ModelTable models;
  for (const Model& model : models.rows()) {
    CAPTURE(model.id);
    CHECK(models.find(model.id) == &model);
    CHECK(model.context_tokens > model.max_tokens);
    CHECK((model.thinking.adaptive || model.thinking.enabled));
    CHECK((model.lifecycle == "active" || model.lifecycle == "deprecated"));
    // Refusals of docs/protocol.md 4.2 that go together.
    if (!model.forced_tool_choice) CHECK(model.sampling != Sampling::one_of);
    if (model.prefill) CHECK_FALSE(model.thinking.adaptive);
    if (model.thinking.on_by_default) CHECK_FALSE(model.thinking.summarized_by_default);
  }
  // 2026-09-22
  CHECK(models.resolve("claude-opus-5-5").created_unix_s == 1790035200);
}

}  // namespace proxx
