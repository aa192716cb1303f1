#include "server/guards.h"

#include <doctest/doctest.h>

#include "fixture.h"
#include "json/reader.h"

namespace proxx::server {
namespace {

int status_of(const Status& status) {
  return status ? 200 : status.error().http_status;
}

int host_status(std::string host, const HostPolicy& policy = {}) {
  return status_of(
      check_host(request_of("GET", "/v1/models", {{"Host", std::move(host)}}), policy));
}

TEST_CASE("H22: only names of this machine are answered") {
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:80", "127.9.9.9",
                           "[::1]", "[::1]:8080"}) {
    CAPTURE(host);
    CHECK(host_status(host) == 200);
  }
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.", "10.0.0.1",
                           "[::2]:80", "localhost.evil:80", "0x7f.1", "2130706433"}) {
    CAPTURE(host);
    CHECK(host_status(host) == 403);
  }
}

TEST_CASE("H22: the bound address and allowed names are answered too") {
  const HostPolicy policy{"10.0.0.1", {"Proxx.internal"}};
  CHECK(host_status("10.0.0.1:8080", policy) == 200);
  CHECK(host_status("10.0.0.2", policy) == 403);
  CHECK(host_status("proxx.internal:8080", policy) == 200);
  CHECK(host_status("a.proxx.internal", policy) == 403);
}

TEST_CASE("H22: bound to a wildcard, any address is the server's, a foreign name is not") {
  for (const char* bound : {"0.0.0.0", "::"}) {
    CHECK(host_status("192.168.1.5:8080", {bound, {}}) == 200);
    CHECK(host_status("[fe80::1]:8080", {bound, {}}) == 200);
    CHECK(host_status("evil.example", {bound, {}}) == 403);
  }
}

TEST_CASE("a Unix socket and HTTP/1.0 without Host pass the host check") {
  http::Request request = request_of("GET", "/v1/models", {{"Host", "proxx"}});
  request.peer = "unix";
  CHECK(check_host(request, {}));
  request.peer = "127.0.0.1:1";
  request.headers.clear();
  CHECK(check_host(request, {}));
}

TEST_CASE("H23: an Origin must be listed exactly") {
  const auto status = [](const char* origin) {
    return status_of(check_origin(request_of("POST", "/v1/messages", {{"Origin", origin}}),
                                  {"https://app.example"}));
  };
  CHECK(status("https://app.example") == 200);
  for (const char* origin : {"https://evil.example", "null", "", "https://app.example:443",
                             "http://app.example", "https://APP.example", "*"}) {
    CAPTURE(origin);
    CHECK(status(origin) == 403);
  }
  CHECK(check_origin(request_of("POST", "/v1/messages"), {}));
  CHECK_FALSE(
      check_origin(request_of("POST", "/v1/messages",
                              {{"Origin", "https://app.example"}, {"Origin", "https://evil"}}),
                   {"https://app.example"}));
}

int type_status(http::HeaderList headers) {
  return status_of(check_content_type(request_of("POST", "/v1/chat/completions", headers)));
}

TEST_CASE("H1: without an Origin any content type is taken, with one only JSON") {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "application/jsonp"}) {
    CAPTURE(type);
    CHECK(type_status({{"content-type", type}}) == 200);
    CHECK(type_status({{"content-type", type}, {"origin", "https://app.example"}}) == 415);
  }
  CHECK(type_status({{"content-type", "Application/JSON ; charset=utf-8"},
                     {"origin", "https://app.example"}}) == 200);
}

TEST_CASE("H2: no content type is as H1") {
  CHECK(type_status({}) == 200);
  CHECK(type_status({{"origin", "https://app.example"}}) == 415);
}

TEST_CASE("H24: an origin pattern matches exactly, by scheme, or everything") {
  struct Row {
    const char* pattern;
    const char* origin;
    bool allowed;
  };
  const Row rows[] = {
      {"*", "https://a.example", true},
      {"*", "null", true},
      {"chrome-extension://*", "chrome-extension://abcdef", true},
      {"chrome-extension://*", "chrome-extensions://abcdef", false},
      {"chrome-extension://*", "https://chrome-extension://", false},
      {"chrome-extension://*", "null", false},
      {"https://*", "https://a.example:8443", true},
      {"https://*", "http://a.example", false},
      {"https://a.example", "https://a.example", true},
      {"https://a.example", "https://a.example:1", false},
      {"https://a.example", "https://a.example.evil", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.origin);
    const std::vector<std::string> cors = {"http://localhost:3000", row.pattern};
    const http::Request request = request_of("GET", "/", {{"Origin", row.origin}});
    CHECK(check_origin(request, cors).has_value() == row.allowed);
    const http::HeaderList headers = cors_headers(request, cors);
    CHECK(find_header(headers, "vary") == "Origin");
    CHECK(find_header(headers, "access-control-allow-origin").has_value() == row.allowed);
    if (row.allowed) CHECK(find_header(headers, "access-control-allow-origin") == row.origin);
    CHECK_FALSE(find_header(headers, "access-control-allow-credentials"));
  }
  const http::Request two =
      request_of("GET", "/", {{"Origin", "https://a"}, {"Origin", "https://b"}});
  CHECK_FALSE(check_origin(two, {"*"}));
  CHECK_FALSE(find_header(preflight(two).headers, "access-control-allow-credentials"));
}

TEST_CASE("H24: the error of a refused Origin has all members on /v1/messages, too") {
  for (const char* path : {"/v1/messages", "/v1/messages/count_tokens", "/v1/chat/completions"}) {
    for (const char* method : {"POST", "OPTIONS"}) {
      Harness server;
      const auto client =
          server.ask(request_of(method, path, {{"Origin", "https://evil.example"}}));
      CHECK(client->status == 403);
      json::Document document;
      REQUIRE(document.parse(client->body));
      const json::Reader error = document.root().get("error");
      CHECK(error.get("message").is_string());
      CHECK(error.get("type").is_string());
      CHECK(error.get("param").is_null());
      CHECK(error.get("code").equals("origin_not_allowed"));
    }
  }
}

TEST_CASE("H3: the charset is UTF-8") {
  CHECK(type_status({{"content-type", "application/json; charset=utf-8"}}) == 200);
  CHECK(type_status({{"content-type", "application/json;charset=\"UTF-8\""}}) == 200);
  CHECK(type_status({{"content-type", "application/json; charset=us-ascii"}}) == 200);
  for (const char* good : {"utf8", "UTF8", "\"utf8\"", "\"Utf-8\"", "Utf-8", "ascii", "US-ASCII"}) {
    CAPTURE(good);
    CHECK(type_status({{"content-type", std::string("application/json; charset=") + good}}) == 200);
    CHECK(type_status({{"content-type",
                        std::string("Application/JSON ;CharSet= ") + good + " ;x=y"}}) == 200);
  }
  for (const char* bad :
       {"utf-16", "utf16", "\"utf-16le\"", "latin1", "utf-88", "utf_8", "'utf-8'"}) {
    CAPTURE(bad);
    CHECK(type_status({{"content-type", std::string("application/json; charset=") + bad}}) == 415);
  }
  CHECK(type_status({{"content-type", "application/json; charset=utf-16"}}) == 415);
  CHECK(type_status({{"content-type", "application/json; x=y; Charset = utf-16"}}) == 415);
}

TEST_CASE("H24: an allowed preflight gets an exact echo and no credentials") {
  ServiceOptions options = own_key_options();
  options.cors = {"https://app.example"};
  Harness server(options);
  const http::HeaderList headers = {
      {"Origin", "https://app.example"},
      {"Access-Control-Request-Method", "POST"},
      {"Access-Control-Request-Headers", "authorization,x-stainless-os"}};
  const auto client = server.ask(request_of("OPTIONS", "/v1/chat/completions", headers));
  CHECK(client->status == 204);
  CHECK(client->header("access-control-allow-origin") == "https://app.example");
  CHECK(client->header("vary") == "Origin");
  CHECK(client->header("access-control-allow-headers") == "authorization,x-stainless-os");
  CHECK_FALSE(find_header(client->headers, "access-control-allow-credentials"));
  CHECK_FALSE(find_header(client->headers, "access-control-allow-private-network"));
  size_t echoes = 0;
  for (const auto& field : client->headers) echoes += field.first == "access-control-allow-origin";
  CHECK(echoes == 1);
}

TEST_CASE("H24: by default a preflight is refused") {
  Harness server;
  const auto client = server.ask(
      request_of("OPTIONS", "/v1/chat/completions",
                 {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}}));
  CHECK(client->status == 403);
  CHECK_FALSE(find_header(client->headers, "access-control-allow-origin"));
}

TEST_CASE("H25: private network access is granted to an allowed origin only") {
  ServiceOptions options = own_key_options();
  options.cors = {"https://app.example"};
  Harness server(options);
  const auto ask = [&server](const char* origin) {
    return server.ask(
        request_of("OPTIONS", "/v1/models",
                   {{"Origin", origin}, {"Access-Control-Request-Private-Network", "true"}}));
  };
  CHECK(ask("https://app.example")->header("access-control-allow-private-network") == "true");
  CHECK_FALSE(find_header(ask("https://evil")->headers, "access-control-allow-private-network"));
}

TEST_CASE("loopback is told by address, not by prefix") {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"}) {
    CHECK(is_loopback(host));
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "127.example", ""}) {
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace
}  // namespace proxx::server
