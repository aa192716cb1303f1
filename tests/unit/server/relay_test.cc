#include "server/relay.h"

#include <doctest/doctest.h>

#include "core/json_reader.h"
#include "fixture.h"

namespace proxx::server {
namespace {

constexpr const char* kBody = R"({ "model" : "claude-opus-5", "odd":1.10 })";

http::Request relayed(std::string target = "/v1/messages", http::HeaderList headers = {}) {
  return request_of("POST", std::move(target), std::move(headers), kBody);
}

/// The `error.type` of an Anthropic error object; "" if the body is none.
std::string error_type(const std::string& body) {
  json::Document document;
  if (!document.parse(body) || !document.root().get("type").equals("error")) return {};
  return document.root().get("error").get("type").string_or("");
}

TEST_CASE("a relay passes path, query, body and the client's version and betas on") {
  Harness server;
  (void)server.ask(relayed("/v1/messages?beta=true", {{"authorization", "Bearer sk-client"},
                                                      {"anthropic-version", "2026-10-21"},
                                                      {"anthropic-beta", "one-1,two-2"},
                                                      {"cookie", "a=b"}}));
  const UpstreamRequest& sent = server.upstream.calls.at(0)->request;
  CHECK(sent.method == "POST");
  CHECK(sent.path == "/v1/messages?beta=true");
  CHECK(sent.body == kBody);
  CHECK(find_header(sent.headers, "x-api-key") == "sk-client");
  CHECK(find_header(sent.headers, "anthropic-version") == "2026-10-21");
  CHECK(has(find_header(sent.headers, "anthropic-beta").value_or(""), "one-1"));
  CHECK(has(find_header(sent.headers, "anthropic-beta").value_or(""), "two-2"));
  CHECK_FALSE(find_header(sent.headers, "cookie"));
}

TEST_CASE("a relayed answer comes through unchanged, piece by piece") {
  Harness server;
  const auto client = server.ask(relayed());
  auto& call = *server.upstream.calls.at(0);
  call.head(200, {{"content-type", "text/event-stream; charset=utf-8"},
                  {"request-id", "req_up"},
                  {"set-cookie", "a=b"},
                  {"anthropic-ratelimit-tokens-remaining", "9"}});
  CHECK(client->started);
  CHECK(client->header("content-type") == "text/event-stream; charset=utf-8");
  CHECK(client->header("request-id") == "req_up");
  CHECK(client->header("x-request-id") == "req_up");
  CHECK(client->header("anthropic-ratelimit-tokens-remaining") == "9");
  CHECK_FALSE(find_header(client->headers, "set-cookie"));
  call.data("event: pi");
  CHECK(client->body == "event: pi");
  call.data("ng\ndata: {}\n\n");
  call.done();
  CHECK(client->body == "event: ping\ndata: {}\n\n");
  CHECK(client->ended);
  server.turn();
  CHECK(server.service.sessions() == 0);
  CHECK(has(server.log.text(), "POST /v1/messages model=claude-opus-5 status=200"));
}

TEST_CASE("count_tokens and upstream errors are relayed with their status and body") {
  Harness server;
  const auto client = server.ask(relayed("/v1/messages/count_tokens"));
  CHECK(server.upstream.calls.at(0)->request.path == "/v1/messages/count_tokens");
  const std::string body =
      R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})";
  server.upstream.calls.at(0)->answer(529, "application/json", body);
  CHECK(client->status == 529);
  CHECK(client->body == body);
  CHECK(has(server.log.text(), "status=529"));
}

TEST_CASE("a relay's own errors are Anthropic error objects") {
  ServiceOptions options;
  Harness keyless(options);
  const auto refused = keyless.ask(relayed());
  CHECK(refused->status == 401);
  CHECK(error_type(refused->body) == "authentication_error");

  Harness server;
  const auto failed = server.ask(relayed());
  server.upstream.calls.at(0)->done(fail(ErrorKind::upstream_unreachable, "connection refused"));
  CHECK(failed->status == 502);
  CHECK(error_type(failed->body) == "api_error");
  const auto late = server.ask(relayed());
  server.upstream.calls.at(1)->done(fail(ErrorKind::upstream_timeout, "no answer"));
  CHECK(late->status == 504);
  CHECK(error_type(late->body) == "timeout_error");
  const auto empty = server.ask(relayed());
  server.upstream.calls.at(2)->done();
  CHECK(empty->status == 502);
}

TEST_CASE("U17: a redirect is not relayed") {
  Harness server;
  const auto client = server.ask(relayed());
  server.upstream.calls.at(0)->head(302, {{"location", "https://evil.example/"}});
  CHECK(client->status == 502);
  CHECK_FALSE(find_header(client->headers, "location"));
  server.turn();
  CHECK(server.upstream.calls.at(0)->cancelled());
}

TEST_CASE("a relayed answer that breaks is cut, so that it does not look whole") {
  Harness server;
  const auto client = server.ask(relayed());
  server.upstream.calls.at(0)->head(200, kEventStream);
  server.upstream.calls.at(0)->data("event: ");
  server.upstream.calls.at(0)->done(fail(ErrorKind::upstream_truncated, "reset"));
  CHECK(client->aborted);
  CHECK_FALSE(client->ended);
  CHECK(has(server.shared.metrics.text(), "proxx_upstream_errors_total{kind=\"truncated\"} 1\n"));
}

TEST_CASE("a relay's client that goes away or reads slowly is felt upstream") {
  Harness server;
  const auto client = server.ask(relayed());
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  client->full = true;
  call.data("data: {}\n\n");
  CHECK(call.pauses == 1);
  client->full = false;
  client->drained();
  CHECK(call.resumes == 1);
  client->gone();
  server.turn();
  CHECK(call.cancelled());
  CHECK(has(server.log.text(), "status=499"));
}

}  // namespace
}  // namespace proxx::server
