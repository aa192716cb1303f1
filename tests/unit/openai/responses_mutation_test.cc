// Each value of each golden request, replaced by one of another kind.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "json/text.h"
#include "openai/responses/request.h"
#include "support/txtar.h"

namespace proxx::openai::responses {
namespace {

using Json = nlohmann::ordered_json;

/// Calls `visit` with every value inside `json`, itself included.
template <class Visit>
void each_value(Json& json, const Visit& visit) {
  visit(json);
  if (!json.is_structured()) return;
  for (Json& child : json) each_value(child, visit);
}

void expect_answer(const std::string& request) {
  static const ModelTable models;
  RequestOptions options;
  options.models = &models;
  options.web_search = true;
  CAPTURE(request);
  const auto converted = convert_request(request, options);
  if (converted) {
    CHECK(json::is_valid(converted->body));
    CHECK(json::is_valid('{' + converted->answer->echo + '}'));
    for (const Notice& notice : converted->notices) CHECK_FALSE(notice.path.empty());
  } else {
    CHECK(converted.error().kind == ErrorKind::invalid_request);
    CHECK_FALSE(converted.error().param.empty());
  }
  json::Document document;
  REQUIRE(document.parse(request));
  const auto answer = answer_options_of(document.root());
  if (!converted) return;
  // The setting of web search is not known there.
  REQUIRE(answer);
  CHECK(answer->echo == converted->answer->echo);
  CHECK(answer->refusal_as_text == converted->answer->refusal_as_text);
  CHECK(std::equal(answer->tools.begin(), answer->tools.end(), converted->answer->tools.begin(),
                   converted->answer->tools.end(), [](const auto& a, const auto& b) {
                     return a.first == b.first && a.second.kind == b.second.kind &&
                            a.second.space == b.second.space && a.second.name == b.second.name;
                   }));
}

TEST_CASE("a Responses request with an odd value converts, or the error names a field") {
  const Json odd[] = {nullptr,
                      true,
                      7,
                      -1.5,
                      "",
                      "x",
                      Json::array(),
                      Json::object(),
                      Json::array({nullptr}),
                      Json::object({{"type", "function"}})};
  size_t requests = 0;
  for (const auto& path : test::golden_files("responses_request")) {
    Json request = Json::parse(test::parse_txtar(test::read_file(path)).text("responses.json"));
    for (auto& member : request.items()) {
      if (member.key() == "model") continue;
      each_value(member.value(), [&](Json& value) {
        const Json kept = value;
        for (const Json& other : odd) {
          value = other;
          expect_answer(request.dump());
          ++requests;
        }
        value = kept;
      });
    }
  }
  CHECK(requests > 1000);
}

TEST_CASE("a Responses request that lacks a member converts, or the error names a field") {
  for (const auto& path : test::golden_files("responses_request")) {
    Json request = Json::parse(test::parse_txtar(test::read_file(path)).text("responses.json"));
    each_value(request, [&](Json& value) {
      if (!value.is_object()) return;
      const Json kept = value;
      for (const auto& member : kept.items()) {
        if (&value == &request && member.key() == "model") continue;
        value = kept;
        value.erase(member.key());
        expect_answer(request.dump());
      }
      value = kept;
    });
  }
}

}  // namespace
}  // namespace proxx::openai::responses
