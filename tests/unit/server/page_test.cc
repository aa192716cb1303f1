#include <doctest/doctest.h>

#include "fixture.h"
#include "json/text.h"
#include "server/page/document.h"
#include "server/page/page_log.h"
#include "server/page/page_routes.h"

namespace proxx::server {
namespace {

ServiceOptions with_page() {
  ServiceOptions options = own_key_options();
  options.page = true;
  return options;
}

constexpr const char* kPaths[] = {"/", "/index.html", "/proxx/requests", "/proxx/requests/1",
                                  "/proxx/events"};

TEST_CASE("without serve.page its paths are not there and nothing is kept") {
  Harness server;
  for (const char* path : kPaths) {
    CAPTURE(path);
    CHECK(server.ask(request_of("GET", path))->status == 404);
  }
  CHECK(server.shared.page.after(0).empty());
}

TEST_CASE("the page's paths obey Host, Origin, site and method, --cors or not") {
  ServiceOptions options = with_page();
  options.cors = {"https://app.example"};
  Harness server(options);
  for (const char* path : kPaths) {
    CAPTURE(path);
    const auto status = [&](http::HeaderList headers, const char* method = "GET") {
      return server.ask(request_of(method, path, std::move(headers)))->status;
    };
    const bool is_document = page_route_of(path) == PageRoute::document;
    const int found = std::string_view(path) == "/proxx/requests/1" ? 404 : 200;
    CHECK(status({{"Host", "evil.example"}}) == 403);
    CHECK(status({{"Host", "evil.example"}, {"Origin", "http://evil.example"}}) == 403);
    CHECK(status({{"Origin", "https://app.example"}}) == 403);
    CHECK(status({{"Origin", "http://127.0.0.1:3000"}}) == 403);
    CHECK(status({{"Origin", "null"}}) == 403);
    CHECK(status({{"Sec-Fetch-Site", "cross-site"}}) == (is_document ? 200 : 403));
    CHECK(status({}, "POST") == 405);
    CHECK(status({{"Host", "localhost:8080"}, {"Origin", "http://localhost:8080"}}) != 403);
    if (!is_document && found == 404) CHECK(status({}) == 404);
    const auto client = server.ask(request_of("GET", path, {{"Origin", "https://app.example"}}));
    CHECK_FALSE(has(client->body, "requests\":["));
  }
}

TEST_CASE("with an auth_file the page's data need a key, the document does not") {
  ServiceOptions options = with_page();
  options.keys.accepted = {"client-one"};
  Harness server(options);
  CHECK(server.ask(request_of("GET", "/"))->status == 200);
  CHECK(server.ask(request_of("GET", "/proxx/requests"))->status == 401);
  CHECK(server.ask(request_of("POST", "/proxx/recording", {}, R"({"on":true})"))->status == 401);
  CHECK(server.ask(request_of("POST", "/proxx/convert", {}, "{}"))->status == 401);
  const http::HeaderList key{{"Authorization", "Bearer client-one"}};
  CHECK(server.ask(request_of("GET", "/proxx/requests", key))->status == 200);
}

TEST_CASE("the page itself may call the API by its own Origin") {
  Harness server(with_page());
  const auto client = server.chat(
      false, {{"Origin", "http://127.0.0.1:8080"}, {"content-type", "application/json"}});
  CHECK(client->status != 403);
  CHECK(
      server.chat(false, {{"Origin", "http://127.0.0.1:9"}, {"content-type", "application/json"}})
          ->status == 403);
}

TEST_CASE("the document fits, and its policy allows its own script and style alone") {
  const http::Response page = page_document();
  CHECK(page.body.size() < 60 * 1024);
  CHECK_FALSE(has(page.body, "@SCRIPT@"));
  CHECK_FALSE(has(page.body, "innerHTML"));
  const std::string policy(find_header(page.headers, "content-security-policy").value_or(""));
  CHECK(has(policy, "default-src 'none'; script-src 'sha256-"));
  CHECK(has(policy, "frame-ancestors 'none'"));
  CHECK_FALSE(has(policy, "unsafe"));
}

/// A chat call that is answered.
void call(Harness& server, http::HeaderList headers = {}) {
  const auto client = server.chat(false, std::move(headers));
  server.turn();
  REQUIRE(!server.upstream.calls.empty());
  auto& made = *server.upstream.calls.back();
  made.head(200, kJson);
  made.data(kMessage);
  made.done();
  server.turn();
  CHECK(client->status == 200);
}

TEST_CASE("a request is kept with its notices and without its keys; bodies only while recording") {
  Harness server(with_page());
  call(server, {{"x-api-key", "sk-ant-api03-hidden"}});
  auto details = server.ask(request_of("GET", "/proxx/requests/1"))->body;
  CHECK(json::is_valid(details));
  CHECK(has(details, R"("path":"seed")"));
  CHECK(has(details, R"("input":10)"));
  CHECK(has(details, "x-api-key: [redacted]"));
  CHECK_FALSE(has(details, "hidden"));
  CHECK_FALSE(has(details, "secret question"));

  CHECK(server.ask(request_of("POST", "/proxx/recording", {}, R"({"on":true})"))->status == 200);
  call(server);
  details = server.ask(request_of("GET", "/proxx/requests/2"))->body;
  CHECK(json::is_valid(details));
  CHECK(has(details, "secret question"));
  CHECK(has(details, "secret answer"));
  CHECK(has(details, R"("upstream":"{)"));
  CHECK(server.shared.page.body_bytes() > 0);

  CHECK(server.ask(request_of("POST", "/proxx/recording", {}, R"({"on":false})"))->status == 200);
  details = server.ask(request_of("GET", "/proxx/requests/2"))->body;
  CHECK_FALSE(has(details, "secret question"));
  CHECK(server.shared.page.body_bytes() == 0);
  CHECK(server.ask(request_of("POST", "/proxx/recording", {}, "[]"))->status == 400);
}

TEST_CASE("convert shows the request, the notices, or the error's place; nothing is sent") {
  Harness server(with_page());
  const auto convert = [&](std::string body) {
    return server.ask(request_of("POST", "/proxx/convert", {}, std::move(body)));
  };
  auto client = convert(
      R"({"model":"claude-sonnet-5-5","seed":7,"messages":[{"role":"user","content":"hi"}]})");
  CHECK(client->status == 200);
  CHECK(json::is_valid(client->body));
  CHECK(has(client->body, R"("path":"seed")"));
  CHECK(has(client->body, R"(\"max_tokens\")"));
  client = convert(R"({"model":"m","messages":[{"role":"user","content":7}]})");
  CHECK(has(client->body, R"("param":"messages[0].content")"));
  CHECK(convert(std::string(300 << 10, ' '))->status == 413);
  CHECK(server.upstream.calls.empty());
}

TEST_CASE("events bring what is there and then each new request; a drain ends them") {
  Harness server(with_page());
  call(server);
  const auto page = server.ask(request_of("GET", "/proxx/events"));
  CHECK(has(page->body, "event: snapshot\n"));
  CHECK(server.shared.metrics.open_streams() == 0);
  call(server);
  CHECK(server.run_until([&] { return has(page->body, "event: request\ndata: {\"id\":2,"); }));
  server.shared.draining = true;
  CHECK(server.run_until([&] { return page->ended; }));
}

TEST_CASE("the ring and the bodies are bounded") {
  PageLog log;
  log.record_bodies(true);
  RequestRecord record;
  record.model = "m";
  http::Request request;
  request.body = std::string(2 * kMaxPageBodyBytes, 'x');
  for (size_t i = 0; i < kMaxPageRequests + 50; ++i) {
    record.model = "m" + std::to_string(i);
    auto capture = log.capture(request);
    CHECK(capture->bodies->request.size() <= kMaxPageBodyBytes);
    CHECK(capture->bodies->cut);
    log.add(record, {}, std::move(*capture));
    REQUIRE(log.body_bytes() <= kMaxPageBytes);
  }
  CHECK(log.after(0).size() == kMaxPageRequests);
  CHECK(log.find(1) == nullptr);
  CHECK(log.find(60)->id == 60);
  CHECK(log.find(kMaxPageRequests + 51) == nullptr);
  CHECK(log.totals().size() <= 65);
  CHECK(log.find(kMaxPageRequests + 50)->capture.bodies->request.size() == kMaxPageBodyBytes);
}

}  // namespace
}  // namespace proxx::server
