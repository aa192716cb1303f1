#include "server/chat.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fixture.h"

namespace proxx::server {
namespace {

TEST_CASE("a JSON answer is sent whole") {
  Harness server;
  const auto client = server.chat(false);
  REQUIRE(server.upstream.calls.size() == 1);
  auto& call = *server.upstream.calls[0];
  CHECK(call.request.path == "/v1/messages");
  CHECK(find_header(call.request.headers, "x-api-key") == "sk-own-key");
  call.head(200, kJson);
  call.data(kMessage);
  CHECK_FALSE(client->sent);
  call.done();
  CHECK(client->sent);
  CHECK(client->status == 200);
  CHECK(client->header("content-type") == "application/json");
  CHECK(client->header("x-request-id") == "req_up");
  CHECK(client->header("x-proxx-dropped") == "seed");
  CHECK(has(client->header("server-timing"), "upstream;dur="));
  CHECK(has(client->body, "secret answer"));
  server.turn();
  CHECK(server.service.sessions() == 0);
  CHECK(has(server.log.text(),
            "POST /v1/chat/completions model=claude-sonnet-5-5 status=200 first="));
  CHECK(has(server.log.text(), " in=10 out=5 upstream=req_up dropped=seed\n"));
}

TEST_CASE("the legacy endpoint answers in its own shape, and is counted apart") {
  Harness server;
  const auto client = server.ask(request_of(
      "POST", "/v1/completions", {}, R"({"model":"claude-haiku-4-5","prompt":"secret question"})"));
  auto& call = *server.upstream.calls.at(0);
  CHECK(call.request.path == "/v1/messages");
  CHECK(has(call.request.body, "secret question"));
  call.head(200, kJson);
  call.data(kMessage);
  call.done();
  CHECK(client->status == 200);
  CHECK(has(client->body, R"("object":"text_completion")"));
  CHECK(has(client->body, R"("text":"secret answer")"));
  CHECK(has(server.log.text(), "POST /v1/completions model=claude-haiku-4-5 status=200"));
  CHECK(has(server.shared.metrics.text({}), R"(endpoint="/v1/completions")"));
  const auto refused =
      server.ask(request_of("POST", "/v1/completions", {}, R"({"prompt":["a","b"],"model":"m"})"));
  CHECK(refused->status == 400);
  CHECK(has(refused->body, R"("param":"prompt")"));
}

TEST_CASE("U21: the status line of a stream waits for the first event") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  CHECK_FALSE(client->started);
  call.data(kMessageStart);
  CHECK(client->started);
  CHECK(client->status == 200);
  CHECK(client->header("content-type") == "text/event-stream");
  CHECK(client->header("cache-control") == "no-cache");
  CHECK(client->header("x-accel-buffering") == "no");
  CHECK(client->header("x-request-id") == "req_up");
  CHECK(client->header("x-proxx-dropped") == "seed");
  CHECK(has(client->body, "\"role\":\"assistant\""));
  call.data(kTextDelta);
  CHECK(has(client->body, "secret answer"));
  CHECK_FALSE(client->ended);
  call.data(kMessageEnd);
  call.done();
  CHECK(client->ended);
  CHECK(client->body.substr(client->body.size() - 14) == "data: [DONE]\n\n");
  server.turn();
  CHECK(server.service.sessions() == 0);
}

TEST_CASE("an upstream that fails first gives its status, in OpenAI's shape") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(429, {{"content-type", "application/json"},
                  {"request-id", "req_up"},
                  {"retry-after", "7"},
                  {"x-should-retry", "true"},
                  {"anthropic-ratelimit-requests-remaining", "0"}});
  call.data(R"({"type":"error","error":{"type":"rate_limit_error","message":"slow down"}})");
  call.done();
  CHECK(client->status == 429);
  CHECK(has(client->body, "slow down"));
  CHECK(has(client->body, "rate_limit_exceeded"));
  CHECK(client->header("retry-after") == "7");
  CHECK(client->header("x-should-retry") == "true");
  CHECK(client->header("x-ratelimit-remaining-requests") == "0");
  CHECK(client->header("x-request-id") == "req_up");
  CHECK(client->header("x-proxx-dropped") == "seed");
}

TEST_CASE("an unreachable upstream is 502") {
  Harness server;
  const auto client = server.chat(true);
  server.upstream.calls.at(0)->done(err(ErrorKind::upstream_unreachable, "connection refused"));
  CHECK(client->status == 502);
  CHECK(has(client->body, "upstream_unreachable"));
  CHECK(
      has(server.shared.metrics.text({}), "proxx_upstream_errors_total{kind=\"unreachable\"} 1\n"));
}

TEST_CASE("a stream that breaks ends with one error frame and no [DONE]") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  call.data(std::string(kMessageStart) + std::string(kTextDelta));
  call.done();
  CHECK(client->ended);
  CHECK(has(client->body, "data: {\"error\":"));
  CHECK(has(client->body, "upstream_stream_truncated"));
  CHECK_FALSE(has(client->body, "[DONE]"));
}

TEST_CASE("R2: the log has the id of the continuation that failed") {
  Harness server;
  server.context.conversion.continue_paused = 1;
  const auto client = server.ask(request_of(
      "POST", "/v1/chat/completions", {},
      R"({"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}],)"
      R"("tools":[{"type":"web_search_20250305","name":"web_search"}]})"));
  std::string paused(kMessageEnd);
  paused.replace(paused.find("end_turn"), 8, "pause_turn");
  server.upstream.calls.at(0)->head(200, kEventStream);
  server.upstream.calls.at(0)->data(std::string(kMessageStart) + std::string(kTextDelta) + paused);
  server.upstream.calls.at(0)->done();
  REQUIRE(server.upstream.calls.size() == 2);
  server.upstream.calls.at(1)->head(
      400, {{"content-type", "application/json"}, {"request-id", "req_second"}});
  server.upstream.calls.at(1)->done();
  CHECK(client->ended);
  CHECK(has(server.log.text(), " upstream=req_up failed=req_second"));
}

TEST_CASE("a request that cannot be converted is refused without a call") {
  Harness server;
  const auto client = server.ask(request_of("POST", "/v1/chat/completions", {}, "{} x"));
  CHECK(client->status == 400);
  CHECK(has(client->body, "invalid_request_error"));
  CHECK(server.upstream.calls.empty());
  server.turn();
  CHECK(server.service.sessions() == 0);
}

TEST_CASE("C1, C2, C3: a client that goes away takes the upstream call with it") {
  struct Row {
    const char* name;
    bool stream;
    bool answering;
  };
  const Row rows[] = {
      {"before the first byte", true, false},
      {"in the stream", true, true},
      {"while waiting for JSON", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Harness server;
    const auto client = server.chat(row.stream);
    auto& call = *server.upstream.calls.at(0);
    if (row.answering) {
      call.head(200, kEventStream);
      call.data(kMessageStart);
    }
    REQUIRE(client->gone);
    client->gone();
    server.turn();
    CHECK(call.cancelled());
    CHECK(server.service.sessions() == 0);
    CHECK(has(server.log.text(), "status=499"));
    const std::string metrics = server.shared.metrics.text({});
    CHECK(has(metrics, "proxx_cancellations_total 1\n"));
    CHECK(has(metrics, "proxx_open_streams 0\n"));
  }
}

TEST_CASE("the callbacks left with a connection are harmless after the session") {
  Harness server;
  const auto client = server.chat(false);
  server.upstream.calls.at(0)->answer(200, "application/json", kMessage);
  server.turn();
  REQUIRE(server.service.sessions() == 0);
  client->gone();
  client->drained();
  const std::string log = server.log.text();
  CHECK(std::count(log.begin(), log.end(), '\n') == 1);
}

TEST_CASE("C5: a slow reader pauses the upstream until it has read") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  client->full = true;
  call.data(std::string(kMessageStart) + std::string(kTextDelta));
  CHECK(call.pauses == 1);
  CHECK(call.resumes == 0);
  client->full = false;
  client->drained();
  CHECK(call.resumes == 1);
}

TEST_CASE("U32: an upstream ping passes as a comment, unless the reader is behind") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  call.data(kPingEvent);
  CHECK_FALSE(client->started);
  call.data(kMessageStart);
  client->body.clear();
  call.data(kPingEvent);
  CHECK(client->body == ": ping\n\n");
  client->full = true;
  call.data(kPingEvent);
  CHECK(client->body == ": ping\n\n");
}

TEST_CASE("U32: a ping passes that comes together with other events") {
  Harness server;
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  client->held = true;
  call.data(std::string(kMessageStart) + std::string(kPingEvent));
  CHECK(client->body.substr(client->body.size() - 8) == ": ping\n\n");
  // A reader that took nothing since gets no more of them.
  const size_t before = client->body.size();
  call.data(kPingEvent);
  call.data(kPingEvent);
  CHECK(client->body.size() == before);
  client->sent_bytes = before;
  call.data(kPingEvent);
  CHECK(client->body.size() == before + 8);
}

TEST_CASE("silence in a stream is broken by a comment of our own") {
  ServiceOptions options = own_key_options();
  options.keep_alive = std::chrono::milliseconds(20);
  Harness server(options);
  const auto client = server.chat(true);
  auto& call = *server.upstream.calls.at(0);
  call.head(200, kEventStream);
  call.data(kMessageStart);
  client->body.clear();
  CHECK(server.run_until([&] { return has(client->body, ": ping\n\n: ping\n\n"); }));
  call.data(kMessageEnd);
  call.done();
  server.turn();
  CHECK(client->body.substr(client->body.size() - 14) == "data: [DONE]\n\n");
}

TEST_CASE("H32: nothing of the client's goes upstream but what is on the list") {
  Harness server;
  (void)server.chat(true, {{"Cookie", "session=1"},
                           {"X-Forwarded-For", "10.0.0.1"},
                           {"Connection", "x-api-key"},
                           {"anthropic-workspace-id", "wrkspc_1"},
                           {"User-Agent", "OpenAI/JS 6"},
                           {"X-Stainless-Lang", "cobol"},
                           {"anthropic-beta", "from-client-1"}});
  const HeaderList& sent = server.upstream.calls.at(0)->request.headers;
  for (const char* name : {"cookie", "x-forwarded-for", "connection", "anthropic-workspace-id"}) {
    CAPTURE(name);
    CHECK_FALSE(find_header(sent, name));
  }
  CHECK(find_header(sent, "user-agent") != "OpenAI/JS 6");
  CHECK(find_header(sent, "x-stainless-lang") != "cobol");
  CHECK(has(find_header(sent, "anthropic-beta").value_or(""), "from-client-1"));
}

TEST_CASE("S7: neither keys nor content get into the log") {
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    Harness server;
    LogPipe pipe;
    LogOptions options = log_to(pipe.fd());
    options.format = format;
    Shared shared{own_key_options(), Log(options), Metrics(server.models)};
    Service service(server.context, shared);
    const auto ask = [&](http::HeaderList headers) {
      auto client = std::make_shared<FakeResponder>();
      http::Request request = request_of(
          "POST", "/v1/chat/completions?api_key=sk-client-7f3a", std::move(headers),
          R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"secret question"}]})");
      if (auto refusal = service.check(request)) return client->send(std::move(*refusal));
      service.handle(std::move(request), client);
    };
    ask({{"authorization", "Bearer sk-client-7f3a"}});
    server.upstream.calls.at(0)->answer(200, "application/json", kMessage);
    ask({{"authorization", "Bearer sk-client-7f3a%0d%0a"}});
    ask({{"authorization", "Basic c2stY2xpZW50LTdmM2E="}});
    ask({{"x-api-key", "sk-client-7f3a"}});
    server.upstream.calls.at(1)->done(
        err(ErrorKind::upstream_protocol, "secret answer that was malformed"));
    const std::string log = pipe.text();
    CHECK(std::count(log.begin(), log.end(), '\n') == 4);
    for (const char* secret : {"sk-client", "7f3a", "c2stY2", "sk-own", "secret"}) {
      CAPTURE(secret);
      CHECK_FALSE(has(log, secret));
    }
  }
}

}  // namespace
}  // namespace proxx::server
