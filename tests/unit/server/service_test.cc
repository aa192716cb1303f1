#include "server/service.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "fixture.h"
#include "json/text.h"
#include "server/anthropic_headers.h"

namespace proxx::server {
namespace {

TEST_CASE("every answer has x-request-id and server-timing") {
  Harness server;
  const http::Request requests[] = {
      request_of("GET", "/healthz"),      request_of("GET", "/readyz"),
      request_of("GET", "/v1/models"),    request_of("GET", "/nothing"),
      request_of("GET", "/v1/messages"),  request_of("POST", "/v1/chat/completions", {}, "{"),
      request_of("GET", "/v1/models/no"), request_of("GET", "/v1/models", {{"Host", "evil"}}),
  };
  for (const http::Request& request : requests) {
    CAPTURE(request.target);
    const auto client = server.ask(request);
    CHECK(client->header("x-request-id").substr(0, 10) == "req_proxx_");
    CHECK(has(client->header("server-timing"), "proxx;dur="));
  }
  const http::Response refused = server.service.error(408, "the header section took too long");
  CHECK(find_header(refused.headers, "x-request-id"));
  CHECK(find_header(refused.headers, "content-type") == "application/json");
  CHECK(json::is_valid(refused.body));
}

TEST_CASE("each request is one log line, refused ones too") {
  Harness server;
  (void)server.ask(request_of("GET", "/healthz"));
  (void)server.ask(request_of("GET", "/nothing?key=sk-secret"));
  (void)server.service.error(400, "not HTTP");
  const std::string log = server.log.text();
  CHECK(std::count(log.begin(), log.end(), '\n') == 3);
  CHECK(has(log, "GET /healthz status=200"));
  CHECK(has(log, "GET /nothing status=404 error=not_found "));
  CHECK(has(log, "- - status=400 error=invalid_request_error "));
  CHECK_FALSE(has(log, "sk-secret"));
}

/// How often a header is there.
size_t count_of(const http::HeaderList& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(headers.begin(), headers.end(),
                                           [name](const auto& h) { return h.first == name; }));
}

TEST_CASE("X14: with --cors every answer varies by Origin, and an allowed one may read it") {
  ServiceOptions options = own_key_options();
  options.cors = {"https://app.example"};
  options.metrics = true;
  Harness server(options);
  const http::HeaderList allowed{{"Origin", "https://app.example"},
                                 {"content-type", "application/json"}};
  struct Row {
    const char* method;
    const char* target;
    http::HeaderList headers;
    const char* body;
    int status;
  };
  const Row rows[] = {
      {"GET", "/healthz", {}, "", 200},
      {"GET", "/readyz", {}, "", 200},
      {"GET", "/metrics", {}, "", 200},
      {"GET", "/v1/models", {}, "", 200},
      {"GET", "/v1/models/none", {}, "", 404},
      {"GET", "/nothing", {}, "", 404},
      {"PUT", "/v1/models", {}, "", 405},
      {"OPTIONS", "/v1/models", {}, "", 204},
      {"POST", "/v1/chat/completions", {}, "{", 400},
      {"POST", "/v1/messages", {{"x-api-key", "a b"}}, "{}", 401},
      {"POST", "/v1/messages", {{"content-type", "text/plain"}}, "{}", 415},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    CAPTURE(row.status);
    http::HeaderList headers = row.headers;
    if (!find_header(headers, "content-type")) headers.push_back(allowed[1]);
    headers.push_back(allowed[0]);
    const auto answer = server.ask(request_of(row.method, row.target, headers, row.body));
    CHECK(answer->status == row.status);
    CHECK(answer->header("vary") == "Origin");
    CHECK(count_of(answer->headers, "vary") == 1);
    CHECK(answer->header("access-control-allow-origin") == "https://app.example");
    CHECK(count_of(answer->headers, "access-control-allow-origin") == 1);
    if (row.status != 415) {  // which needs an Origin
      const auto plain = server.ask(request_of(row.method, row.target, row.headers, row.body));
      CHECK(plain->header("vary") == "Origin");
      CHECK(plain->header("access-control-allow-origin").empty());
    }
    headers.back().second = "https://evil.example";
    const auto evil = server.ask(request_of(row.method, row.target, headers, row.body));
    CHECK(evil->status == 403);
    CHECK(evil->header("vary") == "Origin");
    CHECK(evil->header("access-control-allow-origin").empty());
  }
  Harness closed;
  CHECK(closed.ask(request_of("GET", "/healthz"))->header("vary").empty());
}

TEST_CASE("X14: what the HTTP layer refuses may be read by an allowed Origin, too") {
  ServiceOptions options = own_key_options();
  options.cors = {"https://app.example"};
  Harness server(options);
  http::Request request = request_of("POST", "/v1/messages", {{"Origin", "https://app.example"}});
  for (const int status : {400, 408, 413, 414, 415, 417, 431, 500, 501, 503}) {
    CAPTURE(status);
    const http::Response refused = server.service.error_for(request, status, "no");
    CHECK(refused.status == status);
    CHECK(find_header(refused.headers, "access-control-allow-origin") == "https://app.example");
    CHECK(find_header(refused.headers, "vary") == "Origin");
    CHECK(has(refused.body, R"({"type":"error","error":{"type":)"));
    const http::Response unknown = server.service.error(status, "no");
    CHECK_FALSE(find_header(unknown.headers, "access-control-allow-origin"));
    CHECK(find_header(unknown.headers, "vary") == "Origin");
  }
  CHECK(has(server.log.text(), "POST /v1/messages status=413"));
  request.headers[0].second = "https://evil.example";
  CHECK_FALSE(find_header(server.service.error_for(request, 413, "no").headers,
                          "access-control-allow-origin"));
}

TEST_CASE("X14: two anthropic-version headers that differ are refused, equal ones are one") {
  Harness server;
  const auto ask = [&server](const char* path, http::HeaderList headers) {
    return server.ask(request_of("POST", path, std::move(headers), "{}"));
  };
  for (const char* path : {"/v1/messages", "/v1/chat/completions"}) {
    const auto differing =
        ask(path, {{"anthropic-version", "2023-06-01"}, {"Anthropic-Version", "2026-10-21"}});
    CHECK(differing->status == 400);
    CHECK(has(differing->body, "anthropic-version"));
    CHECK(ask(path, {{"anthropic-version", "2023-06-01, 2026-10-21"}})->status == 400);
  }
  (void)ask("/v1/messages",
            {{"anthropic-version", "2026-10-21"}, {"anthropic-version", "2026-10-21"}});
  CHECK(find_header(server.upstream.calls.at(0)->request.headers, "anthropic-version") ==
        "2026-10-21");
}

TEST_CASE("over the limit of connections probes and metrics are answered, and nothing else") {
  Harness server;
  for (const char* path : {"/healthz", "/readyz", "/metrics"}) {
    CHECK(server.service.answers_over_limit(request_of("GET", path)));
  }
  for (const char* path : {"/v1/models", "/v1/chat/completions", "/nothing"}) {
    CHECK_FALSE(server.service.answers_over_limit(request_of("GET", path)));
  }
}

TEST_CASE("H22: health probes may use any name") {
  Harness server;
  CHECK(server.ask(request_of("GET", "/healthz", {{"Host", "10.1.2.3:8080"}}))->status == 200);
  CHECK(server.ask(request_of("GET", "/readyz", {{"Host", "pod.cluster"}}))->status == 200);
  CHECK(server.ask(request_of("GET", "/v1/models", {{"Host", "pod.cluster"}}))->status == 403);
  CHECK(server.ask(request_of("GET", "/nothing", {{"Host", "pod.cluster"}}))->status == 403);
}

TEST_CASE("H23: a foreign Origin is refused without CORS headers, before anything else") {
  Harness server;
  const auto client = server.chat(false, {{"Origin", "null"}});
  CHECK(client->status == 403);
  CHECK(has(client->body, "origin_not_allowed"));
  CHECK_FALSE(find_header(client->headers, "access-control-allow-origin"));
  CHECK(server.upstream.calls.empty());
}

TEST_CASE("an allowed Origin reads the answer and its headers") {
  ServiceOptions options = own_key_options();
  options.cors = {"https://app.example"};
  Harness server(options);
  const auto client =
      server.ask(request_of("GET", "/v1/models", {{"Origin", "https://app.example"}}));
  CHECK(client->status == 200);
  CHECK(client->header("access-control-allow-origin") == "https://app.example");
  CHECK(has(client->header("access-control-expose-headers"), "x-request-id"));
  const auto refused =
      server.ask(request_of("GET", "/nothing", {{"Origin", "https://app.example"}}));
  CHECK(refused->header("access-control-allow-origin") == "https://app.example");
}

TEST_CASE("/v1/models needs a key where auth_file is set, and none else") {
  ServiceOptions options;
  Harness open(options);
  CHECK(open.ask(request_of("GET", "/v1/models"))->status == 200);
  options = own_key_options();
  options.keys.accepted = {"sk-client"};
  Harness closed(options);
  const auto client = closed.ask(request_of("GET", "/v1/models"));
  CHECK(client->status == 401);
  CHECK(client->header("www-authenticate") == "Bearer");
  CHECK(closed.ask(request_of("GET", "/v1/models", {{"x-api-key", "sk-client"}}))->status == 200);
  CHECK(closed.ask(request_of("GET", "/healthz"))->status == 200);
}

TEST_CASE("H33: the HTTP layer's own errors have our shape") {
  Harness server;
  CHECK(has(server.service.error(503, "too many connections").body, "\"overloaded\""));
  CHECK(has(server.service.error(413, "too large").body, "\"request_too_large\""));
  CHECK(server.service.error(431, "too large").status == 431);
}

TEST_CASE("anthropic-version and -beta are taken apart, and must be words") {
  const auto headers = anthropic_headers(request_of("POST", "/v1/messages",
                                                    {{"Anthropic-Version", "2026-10-21"},
                                                     {"anthropic-beta", "a-1, b-2,,"},
                                                     {"Anthropic-Beta", "c-3"}}));
  REQUIRE(headers);
  CHECK(headers->anthropic_version == "2026-10-21");
  CHECK(headers->betas == std::vector<std::string>{"a-1", "b-2", "c-3"});
  for (const char* value : {"a b", "a\x01", "\xff", "a;b"}) {
    CAPTURE(value);
    CHECK_FALSE(anthropic_headers(request_of("POST", "/v1/messages", {{"anthropic-beta", value}})));
    CHECK_FALSE(
        anthropic_headers(request_of("POST", "/v1/messages", {{"anthropic-version", value}})));
  }
}

class ThrowingUpstream final : public Upstream {
 public:
  std::unique_ptr<UpstreamCall> start(UpstreamRequest, UpstreamHandler&) override {
    throw std::runtime_error("inner workings");
  }
};

TEST_CASE("W1: 64 values of anthropic-beta in 4 KiB, in one header line or in several") {
  const auto values = [](size_t count, size_t bytes) {
    std::string out;
    for (size_t i = 0; i < count; ++i) {
      std::string value = "b" + std::to_string(i);
      value.resize(std::max(value.size(), bytes), 'x');
      out += (i == 0 ? "" : ", ") + value;
    }
    return out;
  };
  const auto betas = [](http::HeaderList headers) {
    return anthropic_headers(request_of("POST", "/v1/messages", std::move(headers)));
  };
  CHECK(betas({{"anthropic-beta", values(64, 64)}})->betas.size() == 64);
  CHECK(betas({{"anthropic-beta", values(32, 1)}, {"Anthropic-Beta", values(32, 1)}}));
  const http::HeaderList refused[] = {
      {{"anthropic-beta", values(65, 1)}},
      {{"anthropic-beta", values(17, 250)}},
      {{"anthropic-beta", values(32, 1)}, {"Anthropic-Beta", values(33, 1)}},
  };
  for (const http::HeaderList& headers : refused) {
    const auto out = betas(headers);
    REQUIRE_FALSE(out);
    CHECK(out.error().kind == ErrorKind::invalid_request);
    CHECK(out.error().param == "anthropic-beta");
  }
}

TEST_CASE("S12: an exception is a 500 that tells nothing") {
  ThrowingUpstream upstream;
  Harness server;
  server.context.upstream = &upstream;
  for (const char* path : {"/v1/chat/completions", "/v1/messages"}) {
    CAPTURE(path);
    const auto client = server.ask(request_of(
        "POST", path, {},
        R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hello"}]})"));
    CHECK(client->status == 500);
    CHECK(has(client->body, "internal error"));
    CHECK_FALSE(has(client->body, "inner workings"));
  }
  server.turn();
  CHECK(server.service.sessions() == 0);
  CHECK_FALSE(has(server.log.text(), "inner workings"));
}

TEST_CASE("S11: renewed options count for new requests; those under way keep theirs") {
  Harness server;
  const auto before = server.chat(true);
  server.upstream.calls.at(0)->head(200, kEventStream);
  server.upstream.calls.at(0)->data(kMessageStart);
  {
    auto live = std::make_shared<LiveOptions>();
    live->models = std::make_shared<ModelTable>();
    live->conversion.models = live->models.get();
    live->service.keys.own.api_key = "sk-new-key";
    live->service.keys.accepted = {"client"};
    server.service.renew(std::move(live));
  }
  CHECK(server.chat(false)->status == 401);
  const auto after = server.chat(false, {{"api-key", "client"}});
  CHECK(find_header(server.upstream.calls.at(0)->request.headers, "x-api-key") == "sk-own-key");
  CHECK(find_header(server.upstream.calls.at(1)->request.headers, "x-api-key") == "sk-new-key");
  server.upstream.calls.at(1)->answer(400, "application/json",
                                      R"({"error":{"message":"sk-new-key is odd"}})");
  CHECK_FALSE(has(after->body, "sk-new-key"));
  server.service.renew(std::make_shared<LiveOptions>());
  server.turn();
  server.upstream.calls.at(0)->data(kTextDelta);
  server.upstream.calls.at(0)->data(kMessageEnd);
  server.upstream.calls.at(0)->done();
  CHECK(has(before->body, "secret answer"));
  CHECK(before->ended);
  server.turn();
  CHECK(server.service.sessions() == 0);
}

TEST_CASE("S1: a draining server refuses new work, and says so to probes") {
  Harness server;
  const auto stream = server.chat(true);
  server.shared.draining = true;
  CHECK(server.ask(request_of("GET", "/healthz"))->status == 200);
  const auto ready = server.ask(request_of("GET", "/readyz"));
  CHECK(ready->status == 503);
  const auto refused = server.chat(true);
  CHECK(refused->status == 503);
  CHECK(refused->header("retry-after") == "1");
  CHECK(refused->closes);
  CHECK(has(refused->body, "overloaded"));
  CHECK(server.ask(request_of("GET", "/v1/models"))->status == 503);

  REQUIRE(server.upstream.calls.size() == 1);
  auto& call = *server.upstream.calls[0];
  call.head(200, kEventStream);
  call.data(std::string(kMessageStart) + std::string(kTextDelta) + std::string(kMessageEnd));
  call.done();
  CHECK(stream->ended);
  CHECK(has(stream->body, "data: [DONE]"));
}

TEST_CASE("S1: what outlasts the drain ends with an error frame, or with its status") {
  Harness server;
  const auto streaming = server.chat(true);
  const auto waiting = server.chat(true);
  const auto relay = server.ask(request_of("POST", "/v1/messages", {}, "{}"));
  const auto relay_waiting = server.ask(request_of("POST", "/v1/messages", {}, "{}"));
  REQUIRE(server.upstream.calls.size() == 4);
  server.upstream.calls[0]->head(200, kEventStream);
  server.upstream.calls[0]->data(std::string(kMessageStart) + std::string(kTextDelta));
  server.upstream.calls[2]->head(200, kEventStream);
  server.upstream.calls[2]->data("event: ");
  server.upstream.calls[3]->head(200, kEventStream);
  server.service.cut_off();
  CHECK(has(streaming->body, "secret answer"));
  CHECK(has(streaming->body, "data: {\"error\":"));
  CHECK_FALSE(has(streaming->body, "[DONE]"));
  CHECK(streaming->ended);
  CHECK(waiting->status == 503);
  CHECK(relay->aborted);
  CHECK(relay_waiting->status == 503);
  server.turn();
  CHECK(server.service.sessions() == 0);
  for (const auto& call : server.upstream.calls) CHECK(call->cancelled());
}

}  // namespace
}  // namespace proxx::server
