#include "server/models/models_list.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fixture.h"
#include "json/reader.h"

namespace proxx::server {
namespace {

std::vector<std::string> listed(const ModelTable& models) {
  json::Document document;
  REQUIRE(document.parse(models_list(models)));
  CHECK(document.root().get("object").equals("list"));
  std::vector<std::string> ids;
  for (const json::Reader model : document.root().get("data").elements()) {
    CHECK(model.get("object").equals("model"));
    CHECK(model.get("owned_by").equals("anthropic"));
    CHECK(model.get("created").integer_or_none());
    ids.push_back(model.get("id").string_or(""));
  }
  return ids;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

TEST_CASE("the model list is the table and the aliases") {
  ModelTable models;
  models.add_alias("gpt \"4\"", "claude-sonnet-5-5");
  const auto ids = listed(models);
  CHECK(contains(ids, "claude-sonnet-5-5"));
  CHECK(contains(ids, "gpt \"4\""));
  for (const Model& model : models.rows()) {
    CHECK(contains(ids, model.id) == (model.lifecycle != "retired"));
  }
}

TEST_CASE("one model is found by id and by alias, percent-encoded or not") {
  ModelTable models;
  models.add_alias("openai/gpt-4o", "claude-sonnet-5-5");
  CHECK(has(model_object(models, "claude-sonnet-5-5").value_or(""), "\"claude-sonnet-5-5\""));
  CHECK(has(model_object(models, "openai%2Fgpt-4o").value_or(""), "\"openai/gpt-4o\""));
  CHECK(has(model_object(models, "openai/gpt-4o").value_or(""), "\"openai/gpt-4o\""));
  CHECK_FALSE(model_object(models, "gpt-4o"));
  CHECK_FALSE(model_object(models, "../../etc/passwd"));
}

/// The members that say how large a model is, as JSON.
std::string sizes(const json::Reader model) {
  std::string out = model.get("display_name").string_or("?");
  out += ' ' + model.get("created_at").string_or("?");
  out += ' ' + std::to_string(model.get("context_length").integer_or_none().value_or(-1));
  out += ' ' + std::to_string(model.get("max_output_tokens").integer_or_none().value_or(-1));
  return out;
}

std::string sizes_alone(const ModelTable& models, std::string_view id) {
  json::Document document;
  const std::string text = model_object(models, id).value_or("{}");
  REQUIRE(document.parse(text));
  return sizes(document.root());
}

std::string sizes_in_list(const ModelTable& models, std::string_view id) {
  json::Document document;
  const std::string text = models_list(models);
  REQUIRE(document.parse(text));
  for (const json::Reader model : document.root().get("data").elements()) {
    if (model.get("id").equals(id)) return sizes(model);
  }
  return "not listed";
}

TEST_CASE("an entry has the sizes, the name and the date, in the list and alone") {
  ModelTable models;
  models.add_alias("gpt-4o", "claude-haiku-4-5");
  Model corrected = models.resolve("claude-opus-4-8");
  corrected.max_tokens = 5;
  corrected.context_tokens = 6;
  corrected.display_name = "Ours";
  models.put(corrected);
  const std::string haiku = "Claude Haiku 4.5 2025-10-15T00:00:00Z 200000 64000";
  for (const char* name : {"claude-haiku-4-5-20251001", "claude-haiku-4-5", "gpt-4o"}) {
    CAPTURE(name);
    CHECK(sizes_in_list(models, name) == haiku);
    CHECK(sizes_alone(models, name) == haiku);
  }
  CHECK(sizes_in_list(models, "claude-opus-4-8") == "Ours 2026-05-28T00:00:00Z 6 5");
  CHECK(sizes_alone(models, "claude-opus-4-8") == "Ours 2026-05-28T00:00:00Z 6 5");
}

TEST_CASE("a model is found alone under each name that works, a pattern is in no list") {
  ModelTable models;
  models.add_alias("gpt-*", "claude-haiku-4-5");
  const std::string haiku = "Claude Haiku 4.5 2025-10-15T00:00:00Z 200000 64000";
  CHECK(sizes_alone(models, "gpt-4o") == haiku);
  CHECK(has(model_object(models, "gpt-4o").value_or(""), "\"id\":\"gpt-4o\""));
  CHECK(sizes_alone(models, "us.anthropic.claude-haiku-4-5-20251001-v1%3A0") == haiku);
  CHECK(sizes_alone(models, "anthropic/claude-haiku-4-5") == haiku);
  CHECK_FALSE(contains(listed(models), "gpt-*"));
  CHECK_FALSE(model_object(models, "o3"));
}

TEST_CASE("a client that speaks Anthropic's headers finds Anthropic's members, too") {
  Harness server;
  http::Request request = request_of("GET", "/v1/models");
  CHECK_FALSE(has(server.ask(request)->body, "has_more"));
  request.headers.emplace_back("anthropic-version", "2023-06-01");
  const std::string body = server.ask(request)->body;
  json::Document document;
  REQUIRE(document.parse(body));
  const json::Reader root = document.root();
  CHECK_FALSE(root.get("has_more").boolean_or(true));
  CHECK(root.get("first_id").equals("claude-fable-5-2"));
  CHECK(root.get("last_id").is_string());
  for (const json::Reader model : root.get("data").elements()) {
    CHECK(model.get("type").equals("model"));
    CHECK(model.get("max_tokens").integer_or_none() ==
          model.get("max_output_tokens").integer_or_none());
    CHECK(model.get("max_input_tokens").integer_or_none() ==
          model.get("context_length").integer_or_none());
  }
  request.target += "/claude-haiku-4-5";
  CHECK(has(server.ask(request)->body, "\"type\":\"model\""));
}

TEST_CASE("percent decoding leaves what is malformed") {
  CHECK(percent_decoded("a%2Fb%2f%") == "a/b/%");
  CHECK(percent_decoded("%zz%4") == "%zz%4");
  CHECK(percent_decoded("%00") == std::string(1, '\0'));
  CHECK(percent_decoded("%-1") == "%-1");
}

TEST_CASE("an unknown model is 404 model_not_found") {
  Harness server;
  const auto client = server.ask(request_of("GET", "/v1/models/gpt-4o"));
  CHECK(client->status == 404);
  CHECK(has(client->body, "model_not_found"));
  CHECK(server.ask(request_of("GET", "/v1/models/claude-sonnet-5-5?x=y"))->status == 200);
}

}  // namespace
}  // namespace proxx::server
