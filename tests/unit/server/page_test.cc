#include <doctest/doctest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "fixture.h"
#include "json/text.h"
#include "server/page/document.h"
#include "server/page/page_json.h"
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
  CHECK(log.find(1).row == nullptr);
  CHECK(log.find(60).row->id == 60);
  CHECK(log.find(kMaxPageRequests + 51).row == nullptr);
  CHECK(log.totals().size() <= 65);
  CHECK(log.find(kMaxPageRequests + 50).bodies->request.size() == kMaxPageBodyBytes);
}

/// Everything in it longer than the page keeps.
RequestRecord longest_record(size_t number) {
  const std::string text = std::to_string(number) + std::string(5000, 'x');
  RequestRecord record;
  record.method = record.path = record.model = record.request_id = record.error_word = text;
  record.failed_id = text;
  record.tokens = TokenCounts();
  record.first = std::chrono::seconds(1);
  record.notices.assign(50, Notice{Notice::Kind::dropped, text, text});
  return record;
}

http::Request longest_request() {
  http::Request request = request_of("POST", "/", {{"user-agent", std::string(5000, 'u')}});
  for (size_t i = 0; i < 100; ++i) {
    request.headers.emplace_back("x-" + std::to_string(i), std::string(60, 'h'));
  }
  return request;
}

size_t add_longest(PageLog& log, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    auto capture = log.capture(longest_request());
    capture->answer_headers = capture->request_headers;
    log.add(longest_record(i), {}, std::move(*capture));
  }
  size_t bytes = 0;
  for (const auto& row : log.after(0)) {
    bytes += held_bytes(*row);
    if (const auto details = log.find(row->id).details) bytes += held_bytes(*details);
  }
  return bytes;
}

TEST_CASE("rows and details are bounded together: details of the oldest go first, no row does") {
  PageLog log;
  for (const size_t count : {size_t{1}, kMaxPageRequests, 2 * kMaxPageRequests}) {
    CAPTURE(count);
    CHECK(add_longest(log, count) <= kMaxPageRingBytes);
  }
  const auto rows = log.after(0);
  REQUIRE(rows.size() == kMaxPageRequests);
  CHECK(log.find(rows.back()->id).details != nullptr);
  CHECK(log.find(rows.front()->id).details == nullptr);
  CHECK(rows.front()->notices[0] == 50);
  bool detailed = false;
  for (const auto& row : rows) {
    const bool has_details = log.find(row->id).details != nullptr;
    CHECK((!detailed || has_details));
    detailed = has_details;
  }
  const std::string bare = page_details(log.find(rows.front()->id));
  CHECK(json::is_valid(bare));
  CHECK(has(bare, R"("dropped":50)"));
  CHECK_FALSE(has(bare, "request_headers"));
}

#ifdef __GLIBC__
TEST_CASE("the ring takes less than 300 KiB of the heap in the worst case") {
  const size_t before = mallinfo2().uordblks;
  if (before == 0) return;  // a sanitizer's heap, which does not count
  auto log = std::make_unique<PageLog>();
  add_longest(*log, 3 * kMaxPageRequests);
  const size_t held = mallinfo2().uordblks - before;
  CAPTURE(held);
  CHECK(held < size_t{300} << 10);
  CHECK(held > size_t{200} << 10);  // it is measured at all
}
#endif

TEST_CASE("an ordinary request's details are whole, and many of them are kept") {
  RequestRecord record;
  record.path = "/v1/chat/completions";
  record.model = "claude-sonnet-5-5";
  record.request_id = "req_011CTUvWxYzAbCdEfGhIjKlM";
  record.notices.push_back({Notice::Kind::dropped, "seed", "Claude has no seed"});
  http::Request request = request_of("POST", "/v1/chat/completions",
                                     {{"user-agent", "openai-python/2.9.0"},
                                      {"content-type", "application/json"},
                                      {"authorization", "Bearer sk-hidden"},
                                      {"accept", "application/json"},
                                      {"accept-encoding", "gzip, deflate"}});
  PageLog log;
  for (size_t i = 0; i < kMaxPageRequests; ++i) {
    auto capture = log.capture(request);
    capture->answer_headers = std::string(1200, 'h');
    log.add(record, {}, std::move(*capture));
  }
  size_t detailed = 0;
  for (const auto& row : log.after(0)) detailed += log.find(row->id).details ? 1 : 0;
  CAPTURE(detailed);
  CHECK(detailed >= 60);
}

}  // namespace
}  // namespace proxx::server
