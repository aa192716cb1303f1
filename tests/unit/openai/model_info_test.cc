#include "anthropic/model_info.h"

#include <doctest/doctest.h>

#include "base/date.h"
#include "openai/chat/request.h"

namespace proxx {
namespace {

/// docs/protocol.md 4.1, with what a model by a budget of thinking reports.
constexpr const char* kPage = R"({"data":[
  {"type":"model","id":"claude-sonnet-5-5","display_name":"Sonnet of today",
   "created_at":"2026-09-28T00:00:00Z","max_input_tokens":2000000,"max_tokens":256000,
   "lifecycle":"deprecated","line":"sonnet","retires_at":"2027-02-03T00:00:00Z",
   "capabilities":{"structured_outputs":{"supported":false},"effort":{"supported":false},
    "thinking":{"supported":false}}},
  {"type":"model","id":"claude-old-3","display_name":"Claude Old 3",
   "created_at":"2024-01-02T03:04:05.678Z","max_input_tokens":100000,"max_tokens":8000,
   "lifecycle":"active","retires_at":null,
   "capabilities":{"structured_outputs":{"supported":false},
    "effort":{"supported":true,"low":{"supported":true},"xhigh":null,"max":{"supported":true}},
    "thinking":{"supported":true,"types":{"adaptive":{"supported":false},
     "enabled":{"supported":true},"disabled":{"supported":true}}}}},
  {"type":"model","id":"claude-bare-9","max_input_tokens":null,"max_tokens":null,
   "created_at":"1970-01-01T00:00:00Z","lifecycle":"active","capabilities":null},
  {"type":"model"}],
  "has_more":true,"first_id":"claude-sonnet-5-5","last_id":"claude-bare-9"})";

std::vector<ModelInfo> infos() {
  auto page = decode_models_page(kPage);
  REQUIRE(page);
  return std::move(page->models);
}

TEST_CASE("model list: a page is decoded; what is not reported is absent") {
  const auto page = decode_models_page(kPage);
  REQUIRE(page);
  CHECK(page->next == "claude-bare-9");
  REQUIRE(page->models.size() == 3);
  const ModelInfo& old = page->models[1];
  CHECK(old.id == "claude-old-3");
  CHECK(old.created_unix_s == 1704164645);
  CHECK(old.max_tokens == 8000);
  CHECK(old.structured_outputs == false);
  REQUIRE(old.effort);
  CHECK(old.effort->supported);
  CHECK_FALSE(old.effort->xhigh);
  CHECK(old.effort->max);
  REQUIRE(old.thinking);
  CHECK(old.thinking->enabled);
  CHECK_FALSE(old.thinking->adaptive);
  CHECK(page->models[0].retires == "2027-02-03");
  const ModelInfo& bare = page->models[2];
  CHECK_FALSE(bare.max_tokens);
  CHECK_FALSE(bare.structured_outputs);
  CHECK_FALSE(bare.effort);
  CHECK_FALSE(bare.thinking);
}

TEST_CASE("model list: the last page has no next; what is no page is an error") {
  const auto last = decode_models_page(R"({"data":[],"has_more":false,"last_id":"x"})");
  REQUIRE(last);
  CHECK(last->next.empty());
  for (const char* text : {"", "[]", "{}", R"({"data":null})", R"({"data":{}})", "<html>",
                           R"({"data":[],"has_more":true,"last_id":null})"}) {
    CAPTURE(text);
    const auto page = decode_models_page(text);
    REQUIRE_FALSE(page);
    CHECK(page.error().kind == ErrorKind::upstream_protocol);
  }
}

TEST_CASE("model list: a page that is cut anywhere is no page") {
  const std::string_view page = kPage;
  for (size_t size = 0; size < page.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode_models_page(page.substr(0, size)));
  }
}

TEST_CASE("model list: values of a wrong type count as not reported") {
  const auto page = decode_models_page(
      R"({"data":[{"id":"claude-x","display_name":7,"created_at":1,"max_tokens":"many",)"
      R"("max_input_tokens":-5,"lifecycle":[],"retires_at":"soon","capabilities":[1]},3,{"id":4}]})");
  REQUIRE(page);
  REQUIRE(page->models.size() == 1);
  const ModelInfo& info = page->models[0];
  CHECK(info.created_unix_s == 0);
  CHECK_FALSE(info.max_tokens);
  CHECK_FALSE(info.max_input_tokens);
  CHECK(info.lifecycle.empty());
  CHECK(info.retires.empty());
  CHECK_FALSE(info.thinking);
}

TEST_CASE("model list: the table lists what the upstream does, in its order") {
  ModelTable table;
  const size_t rows = table.rows().size();
  auto twice = infos();
  twice.push_back(twice.front());
  refresh(table, twice);
  REQUIRE(table.rows().size() == rows + 2);
  CHECK(table.rows()[0].id == "claude-sonnet-5-5");
  CHECK(table.rows()[1].id == "claude-old-3");
  CHECK(table.rows()[2].id == "claude-bare-9");
  for (size_t i = 0; i < table.rows().size(); ++i) CHECK(table.rows()[i].listed == (i < 3));
  // Who knows its name can still have it.
  CHECK(table.resolve("claude-opus-4-5").prefill);
}

TEST_CASE("model list: a row keeps what it knows, but for limits and lifecycle") {
  ModelTable table;
  const Model before = table.resolve("claude-sonnet-5-5");
  refresh(table, infos());
  const Model after = table.resolve("claude-sonnet-5-5");
  CHECK(after.context_tokens == 2'000'000);
  CHECK(after.max_tokens == 256'000);
  CHECK(after.lifecycle == "deprecated");
  CHECK(after.retires == "2027-02-03");
  CHECK(after.display_name == before.display_name);
  CHECK(after.structured_outputs == before.structured_outputs);
  CHECK(after.effort.xhigh);
  CHECK(after.thinking.between_tools);
  CHECK(after.price_input == before.price_input);
}

TEST_CASE("model list: a model whose thinking can be turned off takes less effort then") {
  ModelTable table;
  ModelInfo info;
  info.id = "claude-new-7";
  info.thinking = ThinkingModes{.adaptive = true, .disabled = true};
  refresh(table, {info});
  const Model model = table.resolve("claude-new-7");
  CHECK(model.thinking.disabled);
  CHECK(model.thinking.on_by_default);
  CHECK(model.thinking.off_up_to_high);
}

TEST_CASE("model list: a model without a row can what the upstream says") {
  ModelTable table;
  refresh(table, infos());
  const Model old = table.resolve("claude-old-3");
  CHECK(old.display_name == "Claude Old 3");
  CHECK(old.max_tokens == 8000);
  CHECK(old.context_tokens == 100'000);
  CHECK_FALSE(old.structured_outputs);
  CHECK(old.effort.supported);
  CHECK_FALSE(old.effort.xhigh);
  CHECK(old.thinking.enabled);
  CHECK(old.thinking.disabled);
  CHECK_FALSE(old.thinking.adaptive);
  CHECK_FALSE(old.thinking.on_by_default);
  CHECK_FALSE(old.thinking.off_up_to_high);
  CHECK(old.thinking.summarized_by_default);
  CHECK(old.price_input < 0);
  // Nothing was reported of this one, so it can what the newest can.
  const Model bare = table.resolve("claude-bare-9");
  const Model unknown = table.resolve("claude-unheard-of");
  CHECK(bare.max_tokens == unknown.max_tokens);
  CHECK(bare.thinking.on_by_default);
  CHECK(bare.effort.xhigh);
  // What the upstream says of one model is nothing that others can.
  CHECK(unknown.max_tokens == ModelTable().resolve("claude-unheard-of").max_tokens);
}

TEST_CASE("model list: conversion goes by it") {
  constexpr const char* kRequest =
      R"({"model":"claude-old-3","reasoning_effort":"high","max_tokens":20000,)"
      R"("messages":[{"role":"user","content":"hi"}]})";
  ModelTable table;
  RequestOptions options;
  options.models = &table;
  const auto guessed = convert_request(kRequest, options);
  REQUIRE(guessed);
  CHECK(guessed->body.find(R"("type":"adaptive")") != std::string::npos);
  refresh(table, infos());
  const auto told = convert_request(kRequest, options);
  REQUIRE(told);
  CAPTURE(told->body);
  CHECK(told->body.find(R"("max_tokens":8000)") != std::string::npos);
  CHECK(told->body.find(R"("type":"enabled")") != std::string::npos);
}

TEST_CASE("dates: RFC 3339 in UTC") {
  struct {
    const char* text;
    std::optional<int64_t> seconds;
  } const kCases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-11-22T18:00:01Z", 1795370401},
      {"2024-02-29T23:59:59.999999Z", 1709251199},
      {"2026-11-22T18:00:00.Z", 1795370400},
      {"", {}},
      {"Z", {}},
      {"2026-11-22", {}},
      {"2026-11-22T18:00:00", {}},
      {"2026-11-22T18:00:00+01:00", {}},
      {"2026-13-22T18:00:00Z", {}},
      {"2026-00-22T18:00:00Z", {}},
      {"2026-11-22T18:00:00.1x2Z", {}},
      {"2026-11-2 T18:00:00Z", {}},
      {"+026-11-22T18:00:00Z", {}},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.text);
    CHECK(rfc3339(0) == "1970-01-01T00:00:00Z");
    CHECK(rfc3339(1795305600 + 3661) == "2026-11-22T01:01:01Z");
    for (int64_t time = -2'000'000'000; time < 9'000'000'000; time += 86'400 * 17 + 12'345) {
      CHECK(parse_rfc3339(rfc3339(time)) == time);
    }
    CHECK(rfc3339(1709164800) == "2024-02-29T00:00:00Z");
    CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
    CHECK(http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(parse_rfc3339(row.text) == row.seconds);
  }
}

}  // namespace
}  // namespace proxx
