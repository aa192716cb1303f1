#include "anthropic/error.h"

#include <doctest/doctest.h>

#include "json/text.h"
#include "openai/error.h"

namespace proxx {

TEST_CASE("an error's own status, type and code come before its kind's") {
  const Error error{ErrorKind::upstream_timeout, "m", "p", "c", "t", 418};
  CHECK(error_body(error) == R"({"error":{"message":"m","type":"t","param":"p","code":"c"}})");
  CHECK(http_status_of(error) == 418);
  CHECK(exit_code_of(error) == 7);
}

TEST_CASE("an error frame is one event without choices or [DONE]") {
  const Error error{ErrorKind::upstream_truncated, "cut\n\"short\"", {}, {}, {}, 0};
  CHECK(error_frame(error) ==
        "data: {\"error\":{\"message\":\"cut\\n\\\"short\\\"\",\"type\":\"server_error\","
        "\"param\":null,\"code\":\"upstream_stream_truncated\"}}\n\n");
}

TEST_CASE("U11: control characters of a text/plain body are left out") {
  const Error error = upstream_status_error(503, "text/plain",
                                            "a\x1b[31mb\r\n\tc\x7f \xC2\x85\xC2\x9B\xC3\xA9\xFF");
  CHECK(error.message == "upstream answered 503 with text/plain: a[31mbc \xC3\xA9\xEF\xBF\xBD");
}

TEST_CASE("U11: only a text/plain body is shown, whatever its case or parameters") {
  for (const char* type : {"text/html", "text/plainer", "application/octet-stream", ""}) {
    CAPTURE(type);
    CHECK(upstream_status_error(500, type, "secret").message.find("secret") == std::string::npos);
  }
  CHECK(upstream_status_error(500, "TEXT/plain;charset=x", "shown").message.find("shown") !=
        std::string::npos);
}

TEST_CASE("U53: control bytes in upstream's message are JSON-escaped") {
  const Error error = upstream_status_error(
      400, "application/json", R"({"error":{"type":"x","message":"a\r\u001b[2J\u0000b"}})");
  CHECK(error_body(error).find("a\\r\\u001b[2J\\u0000b") != std::string::npos);
}

TEST_CASE("a message is cut at 4 KiB, between characters") {
  const std::string body =
      R"({"error":{"type":"api_error","message":"x)" + std::string(5000, ' ') + "\"}}";
  CHECK(upstream_status_error(500, "application/json", body).message.size() == 4096 + 3);
  std::string accents = "x";
  for (int i = 0; i < 3000; ++i) accents += "\xC3\xA9";
  const Error error = in_openai_words(
      anthropic::event_error(R"({"type":"api_error","message":")" + accents + "\"}"));
  CHECK(error.message.size() == 4095 + 3);
  CHECK(json::is_valid(error_body(error)));
}

TEST_CASE("invalid UTF-8 in an error body becomes U+FFFD") {
  const Error error = upstream_status_error(400, "application/json",
                                            "{\"error\":{\"type\":\"x\",\"message\":\"a\xFF\"}}");
  CHECK(error.message == "a\xEF\xBF\xBD");
}

TEST_CASE("only a field path at the start of the message is a param") {
  const struct {
    const char* message;
    const char* param;
  } cases[] = {
      {"max_tokens: 200000 > 128000", "max_tokens"},
      {"messages.3.content.0.image.source: bad", "messages.3.content.0.image.source"},
      {"messages: at least one message is required", "messages"},
      {"Error: no", ""},
      {"the field max_tokens: too large", ""},
      {"max_tokens:1", ""},
      {"max_tokens", ""},
      {": x", ""},
      {"", ""},
  };
  for (const auto& row : cases) {
    CAPTURE(row.message);
    const std::string body =
        std::string(R"({"error":{"type":"invalid_request_error","message":")") + row.message +
        "\"}}";
    CHECK(upstream_status_error(400, "application/json", body).param == row.param);
  }
}

TEST_CASE("statuses that are none become 502") {
  for (const int status : {100, 204, 304, 509, 520, 599, 600, 999}) {
    CAPTURE(status);
    CHECK(http_status_of(upstream_status_error(status, "", "")) == 502);
  }
  for (const int status : {400, 418, 451, 499, 500, 501, 503, 511}) {
    CAPTURE(status);
    CHECK(http_status_of(upstream_status_error(status, "", "")) == status);
  }
}

TEST_CASE("exit codes of upstream statuses") {
  const struct {
    int status;
    int exit_code;
  } cases[] = {{400, 4}, {401, 8}, {402, 8}, {403, 8}, {404, 4}, {408, 4}, {413, 4},
               {429, 9}, {500, 5}, {503, 5}, {504, 5}, {520, 5}, {529, 5}};
  for (const auto& row : cases) {
    CAPTURE(row.status);
    CHECK(exit_code_of(upstream_status_error(row.status, "", "")) == row.exit_code);
  }
}

}  // namespace proxx
