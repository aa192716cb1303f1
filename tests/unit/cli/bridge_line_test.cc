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

TEST_CASE("A4 A9: a bridge line keeps its id, whatever is wrong with the body") {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  const struct {
    std::string text;
    const char* id;
    const char* body;  ///< "": the line is an error
  } cases[] = {
      {R"({"id":7,"body":{"a":)" + deep + "}}", "7", ""},
      {R"({"body":{"a":)" + deep + R"(},"id":{"n":[1]}})", R"({"n":[1]})", ""},
      {"{\"body\":{\"a\":\"\xFF\"},\"id\":\"x\"}", "\"x\"", ""},
      {R"({"body":{"a":"\ud83d"},"id":"x"})", "\"x\"", R"({"a":"\ud83d"})"},
      {R"({"id":"\ud83d","body":{}})", R"("\ufffd")", "{}"},
      {R"({"body":)" + deep + R"(,"id":tru})", "null", ""},
  };
  json::Document document;
  for (const auto& each : cases) {
    CAPTURE(each.text);
    std::string id = "null";
    const auto line = read_bridge_line(each.text, id, document);
    CHECK(id == each.id);
    if (line) CHECK(line->body == each.body);
    CHECK(bool(line) == (*each.body != '\0'));
  }
  std::string id = "null";
  const std::string long_id = '"' + std::string(2 * kMaxIdBytes, 'x') + '"';
  CHECK_FALSE(read_bridge_line(R"({"body":)" + deep + R"(,"id":)" + long_id + "}", id, document));
  CHECK(id.size() <= kMaxIdBytes);
  CHECK(id.substr(0, 4) == "\"xxx");
}

TEST_CASE("X5: an id of up to 1 KiB is kept, a longer one is an error that its beginning names") {
  json::Document document;
  std::string id = "null";
  const std::string longest = '"' + std::string(kMaxIdBytes - 2, 'x') + '"';
  REQUIRE(read_bridge_line("{\"id\":" + longest + ",\"body\":{}}", id, document));
  CHECK(id == longest);

  struct Case {
    const char* name;
    std::string id;
    std::string begin;
  };
  const Case cases[] = {
      {"string", '"' + std::string(kMaxIdBytes - 1, 'x') + '"', "\"xxxx"},
      {"a megabyte", '"' + std::string(1'000'000, 'x') + '"', "\"xxxx"},
      {"escapes",
       [] {
         std::string text = "\"";
         for (int i = 0; i < 1'000; ++i) text += "\\u0000\\\"";
         return text + '"';
       }(),
       "\"\\u0000\\\"\\u0000"},
      {"characters",
       [] {
         std::string text = "\"";
         for (int i = 0; i < 1'000; ++i) text += "\xe2\x82\xac\xf0\x9f\x98\x80";
         return text + '"';
       }(),
       "\"\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"number", std::string(2'000, '1'), "\"1111"},
      {"array", "[" + std::string(2'000, ' ') + "]", "\"[  "},
      {"object", "{\"a\":\"" + std::string(2'000, 'x') + "\"}", "\"{\\\"a\\\":"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    for (const char* rest : {R"("body":{})", R"("cancel":true)", R"("body":1)"}) {
      const auto line = read_bridge_line("{\"id\":" + each.id + "," + rest + "}", id, document);
      REQUIRE_FALSE(line);
      CHECK(line.error().param == "id");
      CHECK(id.size() <= kMaxIdBytes);
      CHECK(id.size() > kMaxIdBytes - 16);
      CHECK(id.starts_with(each.begin));
      CHECK(json::is_valid(id));
    }
  }
}

TEST_CASE("each chunk of a stream is a line; notices come with the last") {
  const answer::Frame frame = chunk_frame("[1]");
  std::string out;
  frame.append(out, R"({"a":1})");
  frame.append(out, R"({"b":2})");
  CHECK(out == "{\"id\":[1],\"chunk\":{\"a\":1}}\n{\"id\":[1],\"chunk\":{\"b\":2}}\n");
  CHECK_FALSE(frame.server_sent_events);
  CHECK(done_line("1", {}) == "{\"id\":1,\"done\":true}\n");
  const Notices notices = {{Notice::Kind::dropped, "seed", "no \"seed\" here"}};
  CHECK(
      done_line("1", notices) ==
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
