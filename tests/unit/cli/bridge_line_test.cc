#include "cli/bridge_line.h"

#include <doctest/doctest.h>

#include <string>

using namespace proxx;
using namespace proxx::cli;

TEST_CASE("a bridge line names what is wanted, and keeps its id as written") {
  json::Document document;
  std::string id = "null";
  auto line = read_bridge_line(R"( {"id": {"a":1.0} ,"body":{"x": 1}})", id, document);
  REQUIRE(line);
  CHECK(line->kind == BridgeLine::Kind::request);
  CHECK(id == R"({"a":1.0})");
  CHECK(line->body == R"({"x": 1})");
  line = read_bridge_line(R"({"id":2,"cancel":true})", id, document);
  REQUIRE(line);
  CHECK(line->kind == BridgeLine::Kind::cancel);
  line = read_bridge_line(" \r", id, document);
  REQUIRE(line);
  CHECK(line->kind == BridgeLine::Kind::nothing);
}

TEST_CASE("a bad bridge line is an error, with its id if there is one") {
  struct Case {
    const char* text;
    const char* id;
    const char* param;
  };
  const Case cases[] = {
      {"garbage", "null", ""},
      {"[]", "null", ""},
      {R"({"body":{}})", "null", "id"},
      {R"({"id":"x"})", "\"x\"", "body"},
      {R"({"id":"x","cancel":false})", "\"x\"", "body"},
      {R"({"id":"x","cancel":1})", "\"x\"", "cancel"},
      {R"({"id":"x","body":[]})", "\"x\"", "body"},
  };
  json::Document document;
  for (const Case& each : cases) {
    std::string id = "null";
    const auto line = read_bridge_line(each.text, id, document);
    INFO(each.text);
    REQUIRE_FALSE(line);
    CHECK(line.error().kind == ErrorKind::invalid_request);
    CHECK(line.error().param == each.param);
    CHECK(id == each.id);
  }
}

TEST_CASE("every frame of a stream is a line; notices come with the last") {
  const Notices notices = {{Notice::Kind::dropped, "seed", "no \"seed\" here"}};
  CHECK(chunk_lines("1", "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n", notices) ==
        "{\"id\":1,\"chunk\":{\"a\":1}}\n{\"id\":1,\"chunk\":{\"b\":2}}\n");
  CHECK(chunk_lines("1", "data: [DONE]\n\n", {}) == "{\"id\":1,\"done\":true}\n");
  CHECK(
      chunk_lines("1", "data: [DONE]\n\n", notices) ==
      R"({"id":1,"done":true,"notices":[{"kind":"dropped","path":"seed","reason":"no \"seed\" here"}]})"
      "\n");
}

TEST_CASE("an answer and an error are one line each") {
  CHECK(response_line("[1]", "{\"x\":1}\n", {}) == "{\"id\":[1],\"response\":{\"x\":1}}\n");
  const Error error{ErrorKind::invalid_request, "no", "messages", {}, {}, 0};
  CHECK(
      error_line("null", error) ==
      R"({"id":null,"status":400,"error":{"message":"no","type":"invalid_request_error","param":"messages","code":null}})"
      "\n");
}
