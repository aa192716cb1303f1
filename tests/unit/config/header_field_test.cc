#include "config/header_field.h"

#include <doctest/doctest.h>

using namespace proxx;

TEST_CASE("extra headers are tokens with clean values, and frame nothing") {
  CHECK_FALSE(check_header("X-Team", "search"));
  CHECK_FALSE(check_header("X-Empty", ""));
  CHECK_FALSE(check_header("X-Text", "caf\xC3\xA9\tand more"));
  CHECK(check_header("", "x") == "malformed header name");
  CHECK(check_header("X Team", "x") == "malformed header name");
  CHECK(check_header("X-Team:", "x") == "malformed header name");
  CHECK(check_header("X-T\xC3\xA4", "x") == "malformed header name");
  CHECK(check_header("Content-Length", "5") == "header content-length cannot be set");
  CHECK(check_header("HOST", "x") == "header host cannot be set");
  for (const char* framing :
       {"Transfer-Encoding", "connection", "TE", "Trailer", "Upgrade", "Expect", "Keep-Alive",
        "Proxy-Connection", "Accept-Encoding", "Content-Encoding", "Content-Type"}) {
    CAPTURE(framing);
    CHECK(check_header(framing, "x"));
  }
  CHECK(check_header("X-Evil", "x\x7f"));
  CHECK(check_header("X-Evil", "a\r\nX: b") == "control character in the value of header X-Evil");
  CHECK(check_header("X-Evil", std::string_view("a\0b", 3)));
}

TEST_CASE("credentials are known by name or by their first letters") {
  for (const char* name : {"Authorization", "X-API-Key", "Cookie", "x-goog-token", "My-Secret"}) {
    CHECK(looks_secret(name, "x"));
  }
  CHECK(looks_secret("X-Thing", "sk-ant-api03-xyz"));
  CHECK(looks_secret("X-Thing", "Bearer abc"));
  CHECK_FALSE(looks_secret("X-Team", "search"));
  CHECK_FALSE(looks_secret("anthropic-beta", "context-1m"));
}
