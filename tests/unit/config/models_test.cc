#include <doctest/doctest.h>

#include "config/setting.h"
#include "fixture.h"

using namespace proxx;
using test::Scratch;

TEST_CASE("models are aliases, or rows with corrections") {
  Scratch scratch;
  const auto loaded = test::load(scratch,
                                 "models:\n"
                                 "  gpt-4o: claude-sonnet-5-5\n"
                                 "  house: {id: claude-house-1, max_tokens: 32000,\n"
                                 "          thinking: {adaptive: true}, price_input: 1.5}\n"
                                 "  claude-haiku-5-5: {lifecycle: deprecated}\n");
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  const auto& models = loaded->settings.models;
  REQUIRE(models.size() == 3);
  CHECK(models[0].id == "claude-sonnet-5-5");
  CHECK(models[0].corrected.empty());
  CHECK(models[1].id == "claude-house-1");
  CHECK(models[1].corrected ==
        std::vector<std::string>{"max_tokens", "thinking.adaptive", "price_input"});
  CHECK(models[2].id == "claude-haiku-5-5");

  Model model;
  model.display_name = "House";
  model.max_tokens = 1;
  model.thinking.enabled = true;
  apply_corrections(models[1], model);
  CHECK(model.display_name == "House");
  CHECK(model.max_tokens == 32000);
  CHECK(model.thinking.adaptive);
  CHECK(model.thinking.enabled);
  CHECK(model.price_input == 1.5);
  CHECK(print_value(models[1]) ==
        "{id: claude-house-1, max_tokens: 32000, thinking: {adaptive: true}, price_input: 1.5}");
  CHECK(loaded->origins.at("models.house").line == 3);
}

TEST_CASE("a model row is checked like every other part") {
  Scratch scratch;
  CHECK(test::load_error(scratch, "models: {a: [x]}\n") ==
        "c.yaml:1:13: models: expected a model id or a map, got a list");
  CHECK(test::load_error(scratch, "models: {a: ~}\n") ==
        "c.yaml:1:13: models: expected a model id or a map, got nothing");
  CHECK(test::load_error(scratch, "models: {a: {max_token: 1}}\n") ==
        "c.yaml:1:14: models: unknown key 'max_token' (did you mean 'max_tokens'?)");
  CHECK(test::load_error(scratch, "models: {a: {max_tokens: 0}}\n") ==
        "c.yaml:1:26: models: max_tokens: expected an integer from 1 to 1000000000, got '0'");
  CHECK(test::load_error(scratch, "models: {a: {sampling: all}}\n") ==
        "c.yaml:1:24: models: sampling: expected none, default_only or one_of, got 'all'");
  CHECK(test::load_error(scratch, "models: {a: {lifecycle: gone}}\n") ==
        "c.yaml:1:25: models: lifecycle: expected active, deprecated or retired");
  CHECK(test::load_error(scratch, "models: [a]\n") ==
        "c.yaml:1:9: models: expected a map of model names, got a list");
}

TEST_CASE("a name with * is an alias for what it matches, and needs an id without one") {
  Scratch scratch;
  const auto loaded = test::load(scratch,
                                 "models:\n"
                                 "  gpt-*: claude-sonnet-5-5\n"
                                 "  '*': {id: claude-haiku-4-5, max_tokens: 7}\n");
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  CHECK(print_value(Slot(&const_cast<Settings&>(loaded->settings).models)) ==
        "{\"gpt-*\": claude-sonnet-5-5, \"*\": {id: claude-haiku-4-5, max_tokens: 7}}");
  ModelTable table;
  add_models(loaded->settings.models, table);
  CHECK(table.resolve("gpt-4o").id == "claude-sonnet-5-5");
  CHECK(table.resolve("o3").max_tokens == 7);
  CHECK(test::load_error(scratch, "models: {gpt-*: claude-*}\n") ==
        "c.yaml:1:17: models: expected a model id without '*'");
  CHECK(test::load_error(scratch, "models: {gpt-*: {max_tokens: 7}}\n") ==
        "c.yaml:1:17: models: expected an id, because a name with '*' is no model's");
}

TEST_CASE("entries go on top of the table") {
  Scratch scratch;
  const auto loaded = test::load(scratch,
                                 "models:\n"
                                 "  gpt-4o: claude-sonnet-5-5\n"
                                 "  claude-sonnet-5-5: {max_tokens: 7}\n"
                                 "  house: {id: claude-house-1, max_tokens: 9}\n");
  REQUIRE_MESSAGE(loaded, loaded.error().message);
  ModelTable table;
  const size_t rows = table.rows().size();
  add_models(loaded->settings.models, table);
  CHECK(table.rows().size() == rows + 1);
  CHECK(table.resolve("gpt-4o").id == "claude-sonnet-5-5");
  CHECK(table.resolve("gpt-4o").max_tokens == 7);
  CHECK(table.resolve("house").id == "claude-house-1");
  CHECK(table.resolve("claude-house-1").max_tokens == 9);
}
