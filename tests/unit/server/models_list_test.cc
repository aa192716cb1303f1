#include "server/models_list.h"

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
