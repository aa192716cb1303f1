#include "anthropic/models.h"

#include <doctest/doctest.h>

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
    // Refusals of wire.md 4.2 that go together.
    if (!model.forced_tool_choice) CHECK(model.sampling != Sampling::one_of);
    if (model.prefill) CHECK_FALSE(model.thinking.adaptive);
    if (model.thinking.on_by_default) CHECK_FALSE(model.thinking.summarized_by_default);
  }
  // 2026-09-22
  CHECK(models.resolve("claude-opus-5-5").created_unix_s == 1790035200);
}

}  // namespace proxx
