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
  CHECK(server.shared.page.changed_since(0).empty());
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

/// The row of that id, as the page reads it.
json::Reader parsed(json::Document& document, const std::string& text) {
  REQUIRE(document.parse(text));
  return document.root();
}

std::string row_of(Harness& server, const std::string& id) {
  return server.ask(request_of("GET", "/proxx/requests/" + id))->body;
}

TEST_CASE("a request is a row from its beginning on, open until its end") {
  Harness server(with_page());
  const auto events = server.ask(request_of("GET", "/proxx/events"));
  const auto client = server.chat(true);
  json::Document document;
  auto row = parsed(document, row_of(server, "1"));
  CHECK(row.get("open").boolean_or(false));
  CHECK(row.get("model").equals("claude-sonnet-5-5"));
  CHECK(row.get("status").integer_or_none() == 0);
  CHECK_FALSE(row.get("first_ms"));
  CHECK(server.run_until([&] { return has(events->body, R"("id":1,)"); }));
  CHECK(server.shared.page.totals().empty());

  auto& made = *server.upstream.calls.back();
  made.head(200, kEventStream);
  made.data(kMessageStart);
  row = parsed(document, row_of(server, "1"));
  CHECK(row.get("open").boolean_or(false));
  CHECK(row.get("stream").boolean_or(false));
  CHECK(row.get("status").integer_or_none() == 200);
  CHECK(row.get("first_ms"));
  CHECK(has(row.get("answer_headers").string_or(""), "server-timing: "));

  made.data(kTextDelta);
  made.data(kMessageEnd);
  made.done();
  server.turn();
  row = parsed(document, row_of(server, "1"));
  CHECK_FALSE(row.get("open").boolean_or(true));
  CHECK(row.get("tokens").get("output").integer_or_none() == 5);
  CHECK(row.get("request_id").equals("req_up"));
  const auto told = [&](std::string_view text) { return has(events->body, text); };
  CHECK(server.run_until([&] { return told(R"("open":false,"stream":true,"status":200)"); }));
  CHECK(server.shared.page.totals().at("claude-sonnet-5-5").requests == 1);
}

TEST_CASE("a client that goes away, and a request that is refused, leave no open row") {
  Harness server(with_page());
  const auto client = server.chat(true);
  client->gone();
  (void)server.ask(request_of("GET", "/nothing"));
  (void)server.ask(request_of("POST", "/v1/chat/completions", {{"Host", "evil.example"}}));
  {
    // Nobody answers it: the row ends with it.
    const http::Request request = request_of("POST", "/v1/messages");
    Reply reply(server.shared, {}, request, nullptr);
    reply.show_on_page(request);
  }
  const auto rows = server.shared.page.changed_since(0);
  REQUIRE(rows.size() == 4);
  for (const PageRow& row : rows) CHECK_FALSE(row.open);
  CHECK(rows[0].status == kClientGone);
  CHECK(rows[1].status == 404);
  CHECK(rows[2].status == 403);
}

TEST_CASE("switching recording off forgets the bodies of requests under way, too") {
  Harness server(with_page());
  PageLog& page = server.shared.page;
  page.record_bodies(true);
  const auto client = server.chat(true);
  auto& made = *server.upstream.calls.back();
  made.head(200, kEventStream);
  made.data(kMessageStart);
  made.data(kTextDelta);
  CHECK(has(row_of(server, "1"), "secret question"));
  CHECK(has(row_of(server, "1"), "secret answer"));
  page.record_bodies(false);
  CHECK(page.body_bytes() == 0);
  made.data(kTextDelta);
  page.record_bodies(true);
  made.data(kMessageEnd);
  made.done();
  server.turn();
  CHECK_FALSE(has(row_of(server, "1"), "secret"));
  CHECK(page.body_bytes() == 0);
}

TEST_CASE("a request that 200 others came after is counted when it ends, and is no row") {
  PageLog log;
  RequestRecord first;
  first.model = "m";
  auto capture = log.begin(request_of("POST", "/"), first);
  for (size_t i = 0; i < kMaxPageRequests; ++i) {
    RequestRecord record;
    log.end(log.begin(request_of("POST", "/"), record), record, {});
  }
  log.set_model(capture, "m");
  log.start_answer(capture, first);
  log.end(std::move(capture), first, {});
  CHECK_FALSE(log.find(1));
  CHECK(log.totals().at("m").requests == 1);
  for (const PageRow& row : log.changed_since(0)) CHECK(row.model.empty());
}

TEST_CASE("changed_since tells each change once, in order of the ids") {
  PageLog log;
  RequestRecord one, two;
  auto a = log.begin(request_of("POST", "/"), one);
  auto b = log.begin(request_of("POST", "/"), two);
  const auto rows = log.changed_since(0);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].id == 1);
  CHECK(log.changed_since(rows[1].change).empty());
  log.end(std::move(a), one, {});
  const auto changed = log.changed_since(rows[1].change);
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].id == 1);
  CHECK(log.changed_since(changed[0].change).empty());
  log.end(std::move(b), two, {});
  CHECK(log.changed_since(changed[0].change).size() == 1);
}

TEST_CASE(
    "headers: a credential is not kept, and no name that may be one is shown with its value") {
  const std::string kept = kept_headers({{"Authorization", "Bearer hush-1"},
                                         {"X-Api-Key", "hush-2"},
                                         {"api-key", "hush-6"},
                                         {"cookie", "a=hush-3"},
                                         {"Proxy-Authorization", "Basic hush-4"},
                                         {"x-my-token", "hush-5"},
                                         {"accept", "a: b"},
                                         {"x-empty", ""}});
  for (const char* hidden : {"hush-1", "hush-2", "hush-3", "hush-4", "hush-6"})
    CHECK_FALSE(has(kept, hidden));
  CHECK(
      shown_headers(kept) ==
      "Authorization: [redacted]\nX-Api-Key: [redacted]\napi-key: [redacted]\ncookie: [redacted]\n"
      "Proxy-Authorization: [redacted]\nx-my-token: [redacted]\naccept: a: b\nx-empty: \n");
  CHECK(kept_headers({}).empty());
  CHECK(shown_headers("").empty());
  const std::string long_value(kMaxPageHeaderBytes, 'v');
  CHECK(kept_headers({{"a", long_value}, {"b", "1"}}) == "b: 1\n");
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
    auto capture = log.begin(request, record);
    CHECK(capture.bodies->texts().request.size() <= kMaxPageBodyBytes);
    CHECK(capture.bodies->texts().cut);
    log.end(std::move(capture), record, {});
    REQUIRE(log.body_bytes() <= kMaxPageBytes);
  }
  CHECK(log.changed_since(0).size() == kMaxPageRequests);
  CHECK_FALSE(log.find(0));
  CHECK_FALSE(log.find(50));
  CHECK(log.find(51)->row.id == 51);
  CHECK_FALSE(log.find(kMaxPageRequests + 51));
  CHECK(log.totals().size() <= 65);
  CHECK(log.find(kMaxPageRequests + 50)->bodies->texts().request.size() == kMaxPageBodyBytes);
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

void add_longest(PageLog& log, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    RequestRecord record = longest_record(i);
    auto capture = log.begin(longest_request(), record);
    capture.answer_headers = kept_headers(longest_request().headers);
    log.end(std::move(capture), record, {});
  }
}

TEST_CASE("rows and details are bounded together: details of the oldest go first, no row does") {
  PageLog log;
  for (const size_t count : {size_t{1}, kMaxPageRequests, 2 * kMaxPageRequests}) {
    CAPTURE(count);
    add_longest(log, count);
    CHECK(log.ring_bytes() <= kMaxPageRingBytes);
  }
  const auto rows = log.changed_since(0);
  REQUIRE(rows.size() == kMaxPageRequests);
  CHECK(log.find(rows.back().id)->details);
  CHECK_FALSE(log.find(rows.front().id)->details);
  CHECK(rows.front().notices[0] == 50);
  bool detailed = false;
  for (const auto& row : rows) {
    const bool has_details = log.find(row.id)->details.has_value();
    CHECK((!detailed || has_details));
    detailed = has_details;
  }
  const std::string bare = page_details(*log.find(rows.front().id), ModelTable());
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
    RequestRecord one = record;
    auto capture = log.begin(request, one);
    capture.answer_headers = std::string(1200, 'h');
    log.end(std::move(capture), one, {});
  }
  size_t detailed = 0;
  for (const PageRow& row : log.changed_since(0)) detailed += log.find(row.id)->details ? 1 : 0;
  CAPTURE(detailed);
  CHECK(detailed >= 60);
}

}  // namespace
}  // namespace proxx::server
