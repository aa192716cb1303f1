#include "config/origin_pattern.h"

#include <doctest/doctest.h>

#include "fixture.h"

using namespace proxx;
using test::Scratch;

TEST_CASE("H24: a --cors value that an Origin can have is taken") {
  for (const char* good :
       {"*", "null", "https://a.example", "http://localhost:3000", "http://127.0.0.1:65535",
        "http://[::1]:5173", "chrome-extension://*", "chrome-extension://abcdefgh", "https://*",
        "vscode-webview://a1b2-c3", "app://obsidian.md", "capacitor://localhost", "file://",
        "tauri://localhost", "https://a_b.example", "http://a.example:443"}) {
    CAPTURE(good);
    std::string text = good;
    CHECK_FALSE(check_origin_pattern(text));
  }
}

TEST_CASE("H24: a --cors value that no Origin can have is refused, and not repeated") {
  for (const char* bad : {"",
                          "https://a.example/",
                          "https://a.example/x",
                          "https://a.example?x=y",
                          "https://a.example#x",
                          "https://me@a.example",
                          "https://me:pw@a.example",
                          "https://A.example",
                          "HTTPS://a.example",
                          "a.example",
                          "localhost:3000",
                          "https:a.example",
                          "https://",
                          "://a",
                          "https://*.a.example",
                          "https://a.example:*",
                          "https://a.example:443",
                          "http://a.example:80",
                          "https://a.example:",
                          "https://a.example:0",
                          "https://a.example:08",
                          "https://a.example:x",
                          "https://a.example:65536",
                          "https://[::1",
                          "https://[]",
                          "https://b\xc3\xbc.example",
                          "https://a b",
                          "**",
                          "*://a",
                          "*/",
                          "NULL",
                          "https://[::1]x",
                          "1http://a"}) {
    CAPTURE(bad);
    std::string text = bad;
    const auto wrong = check_origin_pattern(text);
    REQUIRE(wrong);
    CHECK(wrong->starts_with("expected an origin such as https://app.example"));
    CHECK(wrong->find("pw") == std::string::npos);
  }
}

TEST_CASE("H24: the configuration's error has the line and the column of the origin") {
  Scratch scratch;
  CHECK(test::load_error(scratch, "serve:\n  cors: ['*', https://a.example/]\n") ==
        "c.yaml:2:15: serve.cors: expected an origin such as https://app.example, scheme://* or *, "
        "without a path, a query or a final slash");
}
