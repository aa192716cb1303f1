#include "exchange/exchange.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "openai/error.h"
#include "support/fake_provider.h"
#include "unit/exchange/fixture.h"

using namespace proxx;
using namespace proxx::test;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(Fixture, "what came in by one turn of the loop is written once") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", "text/event-stream"}});
  UpstreamHandler* const engine_side = call(0).handler;
  engine_side->on_data(kStart);
  engine_side->on_data(kText);
  CHECK(sink.writes == 0);
  engine_side->on_caught_up();
  CHECK(sink.begins == 1);
  CHECK(sink.writes == 1);
  CHECK(sink.text.find("hello") != std::string::npos);
  engine_side->on_caught_up();
  CHECK(sink.writes == 1);
}

TEST_CASE_FIXTURE(Fixture, "a full sink pauses the upstream in the middle of a turn too") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", "text/event-stream"}});
  UpstreamHandler* const engine_side = call(0).handler;
  sink.full = true;
  engine_side->on_data(kStart);
  engine_side->on_data(
      event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})"));
  for (int i = 0; i < 1000 && call(0).pauses == 0; ++i) {
    engine_side->on_data(
        event("content_block_delta", R"(,"index":0,"delta":{"type":"text_delta","text":"hello"})"));
  }
  CHECK(call(0).pauses == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "an error behind the first events ends a begun answer, in one piece too") {
  context.max_retries = 2;
  start(kStreamRequest);
  call(0).head(200, {{"content-type", "text/event-stream"}});
  call(0).data(kStart + kText + kOverloaded);
  CHECK(sink.begins == 1);
  CHECK(sink.text.find("hello") != std::string::npos);
  CHECK(sink.error);
  CHECK(upstream.calls.size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "a connection that breaks right behind the first events ends a begun answer") {
  context.max_retries = 2;
  start(kStreamRequest);
  call(0).head(200, {{"content-type", "text/event-stream"}});
  call(0).handler->on_data(kStart + kText);
  call(0).done(err(ErrorKind::upstream_unreachable, "reset"));
  REQUIRE(sink.error);
  CHECK(sink.begins == 1);
  CHECK(sink.text.find("hello") != std::string::npos);
  CHECK(upstream.calls.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a request that is no request never reaches the upstream") {
  start(R"({"model":"claude-sonnet-5-5","messages":[]})");
  REQUIRE(sink.error);
  CHECK(sink.error->param == "messages");
  CHECK(sink.head.status == 400);
  CHECK(upstream.calls.empty());
  CHECK(sink.begins == 0);
}

TEST_CASE_FIXTURE(Fixture, "a JSON answer is one completion") {
  start(kJsonRequest);
  CHECK(call(0).request.path == "/v1/messages");
  CHECK(find_header(call(0).request.headers, "x-api-key") == "sk-test");
  call(0).answer(200, kJson, kMessage);
  CHECK(sink.finished);
  CHECK(sink.begins == 1);
  CHECK_FALSE(sink.head.event_stream);
  CHECK(find_header(sink.head.headers, "x-request-id") == "req_fake");
  CHECK(sink.text.find(R"("content":"hello")") != std::string::npos);
  CHECK(exchange->facts().completion_tokens == 2);
  CHECK(exchange->upstream_request_id() == "req_fake");
}

TEST_CASE_FIXTURE(Fixture, "a stream begins with the first event and ends with [DONE]") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  CHECK(sink.begins == 0);
  call(0).data(kStart);
  CHECK(sink.begins == 1);
  CHECK(sink.head.event_stream);
  call(0).data(kText);
  CHECK(sink.text.find(R"("content":"hello")") != std::string::npos);
  call(0).data(event("ping", ""));
  CHECK(sink.keep_alives == 1);
  call(0).data(kDelta + kStop);
  CHECK(ends_with(sink.text, "data: [DONE]\n\n"));
  CHECK_FALSE(sink.ended());
  call(0).done();
  CHECK(sink.finished);
}

TEST_CASE_FIXTURE(Fixture,
                  "U38: an upstream that does not close behind message_stop is not waited for") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  call(0).data(kStart + kText + kDelta + kStop + event("ping", "") + kText);
  sink.on_end = [this] { loop.stop(); };
  loop.run_for(10s);
  CHECK(sink.finished);
  CHECK(ends_with(sink.text, "data: [DONE]\n\n"));
  CHECK(call(0).cancelled());
}

TEST_CASE_FIXTURE(Fixture,
                  "a stream that is whole is finished at once where its call can close behind") {
  context.closes_behind = true;
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  sink.on_end = [this] { exchange.reset(); };
  call(0).data(kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
  CHECK(ends_with(sink.text, "data: [DONE]\n\n"));
  CHECK_FALSE(call(0).cancelled());
  call(0).data(event("ping", ""));
  SUBCASE("the upstream closes") {
    call(0).done();
    loop.poll();
  }
  SUBCASE("the upstream does not close") {
    loop.poll();
    CHECK_FALSE(call(0).cancelled());
    loop.run_for(10s);
  }
  CHECK(loop.stopped());
  CHECK(call(0).cancelled());
}

TEST_CASE_FIXTURE(Fixture, "U19: the answer's content-type decides, not what was asked") {
  SUBCASE("JSON for a stream is cut into chunks") {
    start(kStreamRequest);
    call(0).answer(200, kJson, kMessage);
    CHECK(sink.head.event_stream);
    CHECK(ends_with(sink.text, "data: [DONE]\n\n"));
  }
  SUBCASE("events for a JSON call are folded") {
    start(kJsonRequest);
    call(0).answer(200, kEvents, kStart + kText + kDelta + kStop);
    CHECK_FALSE(sink.head.event_stream);
    CHECK(sink.text.find(R"("object":"chat.completion")") != std::string::npos);
  }
  CHECK(sink.finished);
}

TEST_CASE_FIXTURE(Fixture, "U17 U18 U20 U48: a 200 that is no answer, or a redirect, is a 502") {
  struct Case {
    const char* name;
    int status;
    HeaderList headers;
    const char* code;
  };
  const Case cases[] = {
      {"U18 HTML", 200, {{"content-type", "text/html"}}, "upstream_bad_content_type"},
      {"U18 no type", 200, {}, "upstream_bad_content_type"},
      {"U48 gzip",
       200,
       {{"content-type", kJson}, {"content-encoding", "gzip"}},
       "upstream_bad_content_type"},
      {"U17 redirect", 307, {{"location", "https://other.example/x"}}, "upstream_redirect"},
      {"U20 no content", 204, {}, "upstream_protocol_error"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    sink = RecordingSink();
    upstream.calls.clear();
    start(kStreamRequest);
    call(0).head(c.status, c.headers);
    call(0).done();
    REQUIRE(sink.error);
    CHECK(sink.begins == 0);
    CHECK(http_status_of(*sink.error) == 502);
    CHECK(error_body(*sink.error).find(c.code) != std::string::npos);
    CHECK(call(0).cancelled());
  }
  CHECK(upstream.calls.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "U8 U9: an upstream error keeps its status and message") {
  start(kJsonRequest);
  call(0).answer(
      401, kJson,
      R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})");
  REQUIRE(sink.error);
  CHECK(sink.head.status == 401);
  CHECK(sink.error->message == "invalid x-api-key");
  CHECK(sink.error->code == "invalid_api_key");
  CHECK(exit_code_of(*sink.error) == 8);
}

TEST_CASE_FIXTURE(Fixture, "U12: an error object is an error at any status") {
  for (const int status : {200, 201, 402, 503}) {
    for (const char* body :
         {R"({"error":{"message":"No quota is left","type":"insufficient_quota"}})",
          R"([{"error":{"message":"No quota is left"}}])", R"({"detail":"No quota is left"})"}) {
      CAPTURE(status);
      Fixture each;
      each.start(kJsonRequest);
      each.call(0).answer(status, kJson, body);
      REQUIRE(each.sink.error);
      CHECK(each.sink.error->message == "No quota is left");
      CHECK(each.sink.head.status >= 400);
      CHECK(each.sink.begins == 0);
    }
  }
}

TEST_CASE("a forced call that comes as text is a call") {
  const auto answer_to = [](const std::string& text) {
    Fixture each;
    each.start(
        R"({"model":"claude-sonnet-5-5","tool_choice":"required","messages":[{"role":"user",)"
        R"("content":"x"}],"tools":[{"type":"function","function":{"name":"say"}}]})");
    std::string message(kMessage);
    message.replace(message.find("hello"), 5, text);
    each.call(0).answer(200, kJson, message);
    return each.sink.text;
  };
  const std::string call = answer_to("{}");
  CHECK(call.find(R"("name":"say","arguments":"{}")") != std::string::npos);
  CHECK(call.find(R"("finish_reason":"tool_calls")") != std::string::npos);
  CHECK(answer_to("no").find(R"("content":"no")") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "U9: a key that the upstream sends back is in no message") {
  for (const bool event : {false, true}) {
    CAPTURE(event);
    start(event ? kStreamRequest : kJsonRequest, "sk-test-0123");
    FakeUpstream::Call& asked = *upstream.calls.back();
    const std::string error =
        R"({"type":"authentication_error","message":"invalid x-api-key: sk-test-0123"})";
    if (event) {
      asked.head(200, {{"content-type", kEvents}});
      asked.data(kStart + ::event("error", ",\"error\":" + error));
    } else {
      asked.answer(401, kJson, R"({"type":"error","error":)" + error + "}");
    }
    REQUIRE(sink.error);
    CHECK(sink.error->message == "invalid x-api-key: ************");
    sink.error.reset();
  }
}

TEST_CASE_FIXTURE(Fixture, "U21: an error as first event is a real HTTP status") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  call(0).data(kOverloaded);
  REQUIRE(sink.error);
  CHECK(sink.begins == 0);
  CHECK(sink.head.status == 503);
}

TEST_CASE_FIXTURE(Fixture, "U22 U23 U24 U27: a stream that breaks off has no end") {
  struct Case {
    const char* name;
    std::string bytes;
    int exit_code;
  };
  const Case cases[] = {
      {"U22 error event", kOverloaded, 5},
      {"U23 closed", "", 10},
      {"U24 closed before message_stop", kDelta, 10},
      {"U27 malformed", "data: {\"type\":\n\n", 5},
  };
  context.max_retries = 2;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    sink = RecordingSink();
    upstream.calls.clear();
    start(kStreamRequest);
    call(0).head(200, {{"content-type", kEvents}});
    call(0).data(kStart + kText);
    call(0).data(c.bytes);
    call(0).done();
    REQUIRE(sink.error);
    CHECK(sink.begins == 1);
    CHECK(exit_code_of(*sink.error) == c.exit_code);
    CHECK(sink.text.find("[DONE]") == std::string::npos);
    CHECK(sink.text.find(R"("finish_reason":"stop")") == std::string::npos);
    CHECK(upstream.calls.size() == 1);
  }
}

TEST_CASE_FIXTURE(Fixture, "U16: what can be tried again is, while nothing was written") {
  context.max_retries = 2;
  int retries = 0;
  exchange = std::make_unique<Exchange>(context, sink);
  exchange->on_retry([&retries](std::chrono::milliseconds, const Error&) { ++retries; });
  ExchangeRequest request;
  request.body = kStreamRequest;
  request.credential.api_key = "sk-test";
  exchange->start(std::move(request));

  const HeaderList soon = {{"content-type", kJson}, {"retry-after-ms", "1"}};
  call(0).head(529, soon);
  call(0).data(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  call(0).done();
  run_until_calls(2);
  call(1).head(200, {{"content-type", kEvents}, {"retry-after-ms", "1"}});
  call(1).data(kOverloaded);
  run_until_calls(3);
  call(2).answer(200, kEvents, kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
  CHECK(retries == 2);
  CHECK(sink.begins == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "C4: destroying an exchange that waits for a retry makes no further call") {
  context.max_retries = 2;
  start(kJsonRequest);
  call(0).head(529, {{"retry-after-ms", "1"}});
  call(0).done();
  exchange.reset();
  loop.run_for(50ms);
  CHECK(upstream.calls.size() == 1);
  CHECK_FALSE(sink.ended());
}

TEST_CASE_FIXTURE(Fixture, "U13: a wait that is too long is told, not waited") {
  context.max_retries = 2;
  for (const char* asked : {"3600", "61", "Fri, 01 Jan 2100 00:00:00 GMT", "2147483647"}) {
    CAPTURE(asked);
    sink = RecordingSink();
    upstream.calls.clear();
    start(kJsonRequest);
    call(0).head(429, {{"content-type", kJson}, {"retry-after", asked}});
    call(0).data(R"({"type":"error","error":{"type":"rate_limit_error","message":"slow down"}})");
    call(0).done();
    REQUIRE(sink.error);
    CHECK(sink.error->message.rfind("slow down (the upstream asks to wait ", 0) == 0);
    CHECK(exit_code_of(*sink.error) == 9);
    CHECK(find_header(sink.head.headers, "retry-after") == asked);
    CHECK(upstream.calls.size() == 1);
  }
  CHECK(sink.error->message == "slow down (the upstream asks to wait 2147483647 s)");
}

TEST_CASE_FIXTURE(Fixture, "U13: a wait that is none is the backoff's") {
  context.max_retries = 1;
  for (const char* asked :
       {"-5", "NaN", "inf", "1e309", "-1e309", "Thu, 01 Jan 1970 00:00:10 GMT", "soon", ""}) {
    CAPTURE(asked);
    sink = RecordingSink();
    upstream.calls.clear();
    exchange = std::make_unique<Exchange>(context, sink);
    std::chrono::milliseconds delay{};
    exchange->on_retry([&delay](std::chrono::milliseconds wait, const Error&) { delay = wait; });
    ExchangeRequest request;
    request.body = kJsonRequest;
    request.credential.api_key = "sk-test";
    exchange->start(std::move(request));
    call(0).head(429, {{"content-type", kJson}, {"retry-after", asked}});
    call(0).done();
    CHECK(delay >= 375ms);
    CHECK(delay <= 500ms);
    CHECK_FALSE(sink.ended());
  }
}

TEST_CASE_FIXTURE(Fixture, "R1: a try is judged by its own answer, and told by it") {
  struct Case {
    const char* name;
    ErrorKind kind;
    bool retried;
  };
  const Case cases[] = {
      {"garbage", ErrorKind::upstream_protocol, false},
      {"TLS", ErrorKind::upstream_tls, false},
      {"a coded body", ErrorKind::upstream_bad_content_type, false},
      {"no head", ErrorKind::upstream_unreachable, true},
      {"no answer in time", ErrorKind::upstream_timeout, true},
  };
  context.max_retries = 2;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    sink = RecordingSink();
    upstream.calls.clear();
    start(kJsonRequest);
    call(0).head(500, {{"content-type", kJson},
                       {"x-should-retry", "true"},
                       {"retry-after-ms", "10"},
                       {"retry-after", "3600"},
                       {"request-id", "req_first"},
                       {"anthropic-ratelimit-requests-limit", "7"}});
    call(0).done();
    run_until_calls(2);
    const auto begin = std::chrono::steady_clock::now();
    call(1).done(err(c.kind, "second"));
    if (c.retried) {
      run_until_calls(3);
      CHECK(std::chrono::steady_clock::now() - begin > 400ms);  // not the first try's 10 ms
      call(2).done(err(c.kind, "third"));
    }
    REQUIRE(sink.error);
    CHECK(sink.error->kind == c.kind);
    CHECK(sink.error->message == (c.retried ? "third" : "second"));
    CHECK(upstream.calls.size() == (c.retried ? 3 : 2));
    CHECK(sink.head.headers.empty());
    CHECK(exchange->upstream_request_id().empty());
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "the id of a request whose head has none is the one in the error's body") {
  start(kJsonRequest);
  call(0).head(400, {{"content-type", kJson}});
  call(0).data(R"({"error":{"message":"no"},"request_id":"req_vrtx_1"})");
  call(0).done();
  CHECK(exchange->upstream_request_id() == "req_vrtx_1");
  CHECK(sink.head.headers == HeaderList{{"x-request-id", "req_vrtx_1"}});

  Fixture evil;
  evil.start(kJsonRequest);
  evil.call(0).head(400, {{"content-type", kJson}});
  evil.call(0).data(R"({"error":{"message":"no"},"request_id":"req\r\nx: y"})");
  evil.call(0).done();
  CHECK(evil.exchange->upstream_request_id().empty());
}

TEST_CASE_FIXTURE(Fixture, "R1: what the second try's head says is what the client gets") {
  context.max_retries = 1;
  start(kJsonRequest);
  call(0).head(529, {{"retry-after-ms", "1"},
                     {"request-id", "req_first"},
                     {"anthropic-ratelimit-requests-limit", "7"}});
  call(0).done();
  run_until_calls(2);
  CHECK(exchange->upstream_request_id().empty());
  call(1).answer(200, kJson, kMessage);
  REQUIRE(sink.finished);
  CHECK(sink.head.headers == HeaderList{{"x-request-id", "req_fake"}});
  CHECK(exchange->upstream_request_id() == "req_fake");
}

TEST_CASE_FIXTURE(Fixture, "R1: the repetition without thinking is judged by its own answer too") {
  context.max_retries = 2;
  start(kThinkingRequest);
  call(0).head(400, {{"content-type", kJson}, {"x-should-retry", "true"}, {"request-id", "req_1"}});
  call(0).data(kThinkingRefused);
  call(0).done();
  REQUIRE(upstream.calls.size() == 2);
  call(1).done(err(ErrorKind::upstream_tls, "TLS failed"));
  REQUIRE(sink.error);
  CHECK(upstream.calls.size() == 2);
  CHECK(sink.head.headers.empty());
}

TEST_CASE_FIXTURE(Fixture, "the provider writes the call and says how its answer is read") {
  FakeProvider hosted;
  context.provider = &hosted;
  context.max_retries = 1;
  start(kStreamRequest, "sk-test-0123");
  CHECK(call(0).request.path == "/hosted/v1/messages");
  CHECK(call(0).request.body.front() == '<');
  call(0).answer(529, kJson, "{}");
  run_until_calls(2);
  CHECK(find_header(call(1).request.headers, "x-retries") == "1");
  CHECK(call(1).request.body == call(0).request.body);
  call(1).answer(200, "application/hosted.event-stream", kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
  CHECK(sink.text.find("hello") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a call that the provider refuses ends the exchange with its error") {
  FakeProvider hosted;
  hosted.error = FakeProvider::refusal();
  context.provider = &hosted;
  start(kStreamRequest);
  CHECK(upstream.calls.empty());
  REQUIRE(sink.error);
  CHECK(sink.error->message == "this upstream has no such endpoint");
}

TEST_CASE_FIXTURE(Fixture,
                  "R3: a key of the process's own is in no error, whichever key was sent") {
  provider = AnthropicProvider({}, {"sk-server-0123"});
  const std::string error =
      R"({"type":"invalid_request_error","message":"sk-server-0123: for sk-client-0123",)"
      R"("details":{"error_code":"sk-server-0123"}})";
  for (const bool event : {false, true}) {
    CAPTURE(event);
    start(event ? kStreamRequest : kJsonRequest, "sk-client-0123");
    FakeUpstream::Call& asked = *upstream.calls.back();
    if (event) {
      asked.head(200, {{"content-type", kEvents}});
      asked.data(kStart + ::event("error", ",\"error\":" + error));
    } else {
      asked.answer(400, kJson, R"({"type":"error","error":)" + error + "}");
    }
    REQUIRE(sink.error);
    CHECK(sink.error->message == "**************: for **************");
    CHECK(error_body(*sink.error).find("sk-") == std::string::npos);
    sink.error.reset();
  }
}

TEST_CASE_FIXTURE(Fixture, "X3: a whole message over the limit is not gathered") {
  start(kJsonRequest);
  call(0).head(200, {{"content-type", kJson}});
  const std::string piece(size_t{1} << 20, ' ');
  for (int i = 0; i < 32; ++i) call(0).data(piece);
  CHECK_FALSE(sink.ended());
  call(0).data(" ");
  REQUIRE(sink.error);
  CHECK(sink.error->kind == ErrorKind::upstream_protocol);
  CHECK(sink.error->message.find("too large") != std::string::npos);
  CHECK(sink.head.status == 502);
  CHECK(call(0).cancelled());
}

TEST_CASE_FIXTURE(Fixture, "X3: a message at the limit is an answer") {
  start(kJsonRequest);
  call(0).answer(200, kJson, kMessage + std::string((size_t{32} << 20) - kMessage.size(), ' '));
  CHECK(sink.finished);
}

TEST_CASE_FIXTURE(Fixture, "X14: that there is no room here is a 503 to come back to") {
  start(kJsonRequest);
  call(0).done(err(ErrorKind::overloaded, "no file descriptor left"));
  REQUIRE(sink.error);
  CHECK(sink.head.status == 503);
  CHECK(find_header(sink.head.headers, "retry-after") == "1");
}

TEST_CASE_FIXTURE(Fixture, "U32: a ping that comes in one piece with other events is passed on") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  call(0).data(event("ping", ""));
  CHECK(sink.keep_alives == 0);  // nothing has been said that could be kept alive
  call(0).data(kStart + event("ping", ""));
  CHECK(sink.keep_alives == 1);
  call(0).data(event("ping", "") + kText + event("ping", ""));
  CHECK(sink.keep_alives == 2);
  call(0).data(event("ping", "") + kDelta);
  CHECK(sink.keep_alives == 3);
}

TEST_CASE_FIXTURE(Fixture, "a spend limit is not to be tried again") {
  start(kJsonRequest);
  call(0).answer(429, kJson,
                 R"({"type":"error","error":{"type":"rate_limit_error","message":"no more",)"
                 R"("details":{"error_code":"enforced_spend_limit_reached"}}})");
  REQUIRE(sink.error);
  CHECK(sink.error->code == "insufficient_quota");
  CHECK(find_header(sink.head.headers, "x-should-retry") == "false");
}

TEST_CASE_FIXTURE(Fixture, "a full sink pauses the upstream until it is resumed") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  sink.full = true;
  call(0).data(kStart);
  CHECK(call(0).pauses == 1);
  sink.full = false;
  exchange->resume();
  CHECK(call(0).resumes == 1);
  call(0).data(kText + kDelta + kStop);
  CHECK(call(0).pauses == 1);
}

TEST_CASE_FIXTURE(Fixture, "C1 C2 C3: destroying the exchange cancels the call in every phase") {
  start(kStreamRequest);
  SUBCASE("before the head") {}
  SUBCASE("behind the head") {
    call(0).head(200, {{"content-type", kEvents}});
  }
  SUBCASE("in the stream") {
    call(0).head(200, {{"content-type", kEvents}});
    call(0).data(kStart + kText);
  }
  exchange.reset();
  CHECK(call(0).cancelled());
  CHECK_FALSE(sink.ended());
}

TEST_CASE_FIXTURE(Fixture, "the sink's last call may destroy the exchange") {
  start(kStreamRequest);
  sink.on_end = [this] { exchange.reset(); };
  SUBCASE("complete") {
    call(0).answer(200, kEvents, kStart + kText + kDelta + kStop);
  }
  SUBCASE("failed on the head") {
    call(0).head(301, {});
  }
  SUBCASE("failed in the stream") {
    call(0).head(200, {{"content-type", kEvents}});
    call(0).data(kStart + kOverloaded);
  }
  CHECK(sink.ended());
  CHECK(exchange == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "history thinking that the upstream refuses is left out once") {
  start(kThinkingRequest);
  CHECK(call(0).request.body.find("c2ln") != std::string::npos);
  call(0).answer(400, kJson, kThinkingRefused);
  REQUIRE(upstream.calls.size() == 2);
  CHECK(call(1).request.body.find("c2ln") == std::string::npos);
  SUBCASE("and then it works, with a notice") {
    call(1).answer(200, kJson, kMessage);
    CHECK(sink.finished);
    REQUIRE_FALSE(sink.head.notices.empty());
    CHECK(sink.head.notices.back().path == "messages");
  }
  SUBCASE("but not twice") {
    call(1).answer(400, kJson, kThinkingRefused);
    REQUIRE(sink.error);
    CHECK(upstream.calls.size() == 2);
  }
}

TEST_CASE_FIXTURE(Fixture, "what the upstream says of its request is told of the client's") {
  start(R"({"model":"claude-sonnet-5-5","messages":[{"role":"system","content":"s"},)"
        R"({"role":"user","content":"a"},{"role":"user","content":"b"}]})");
  call(0).answer(400, kJson,
                 R"({"type":"error","error":{"type":"invalid_request_error",)"
                 R"("message":"messages.0.content.1.text: not that"}})");
  REQUIRE(sink.error);
  CHECK(sink.error->param == "messages[2].content");
  CHECK(sink.error->message == "messages.0.content.1.text: not that");
}

TEST_CASE_FIXTURE(Fixture, "a paused turn is continued, as often as the settings say") {
  const std::string paused_message =
      R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":)"
      R"([{"type":"text","text":"one "},{"type":"server_tool_use","id":"srvtoolu_1","name":)"
      R"("web_search","input":{"query":"q"}}],"stop_reason":"pause_turn","stop_sequence":null,)"
      R"("usage":{"input_tokens":3,"output_tokens":2}})";
  const std::string request =
      R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":"hi"}],"tools":)"
      R"([{"type":"web_search_20250305","name":"web_search"}]})";
  SUBCASE("and ends as one answer") {
    start(request);
    call(0).answer(200, kJson, paused_message);
    REQUIRE(upstream.calls.size() == 2);
    CHECK(call(1).request.body.find("srvtoolu_1") != std::string::npos);
    call(1).answer(200, kJson, kMessage);
    CHECK(sink.finished);
    CHECK(sink.begins == 1);
    CHECK(sink.text.find(R"("content":"one hello")") != std::string::npos);
  }
  SUBCASE("bounded") {
    context.conversion.continue_paused = 1;
    start(request);
    call(0).answer(200, kJson, paused_message);
    call(1).answer(200, kJson, paused_message);
    CHECK(upstream.calls.size() == 2);
    CHECK(sink.finished);
    CHECK(sink.text.find(R"("finish_reason":"stop")") != std::string::npos);
  }
  SUBCASE("never") {
    context.conversion.continue_paused = 0;
    start(request);
    call(0).answer(200, kJson, paused_message);
    CHECK(upstream.calls.size() == 1);
    CHECK(sink.finished);
  }
}

TEST_CASE_FIXTURE(Fixture, "R2: a continuation that has written nothing is tried again") {
  const std::string request =
      R"({"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}],)"
      R"("tools":[{"type":"web_search_20250305","name":"web_search"}]})";
  const std::string paused =
      kStart + kText +
      event("message_delta",
            R"(,"delta":{"stop_reason":"pause_turn"},"usage":{"output_tokens":2})") +
      kStop;
  context.max_retries = 1;
  start(request);
  call(0).answer(200, kEvents, paused);
  REQUIRE(upstream.calls.size() == 2);
  const std::string continuation = call(1).request.body;
  const HeaderList soon = {{"content-type", kEvents}, {"retry-after-ms", "1"}};

  SUBCASE("after 529") {
    call(1).head(529, {{"content-type", kJson}, {"retry-after-ms", "1"}});
    call(1).done();
  }
  SUBCASE("after a connection that was lost") {
    call(1).done(err(ErrorKind::upstream_unreachable, "reset"));
  }
  SUBCASE("after an error as first event") {
    call(1).head(200, soon);
    call(1).data(event("ping", "") + kOverloaded);
  }
  SUBCASE("after a connection that was lost behind the head") {
    call(1).head(200, soon);
    call(1).data("event: mess");
    call(1).done(err(ErrorKind::upstream_unreachable, "reset"));
  }
  CHECK_FALSE(sink.ended());
  run_until_calls(3);
  CHECK(call(2).request.body == continuation);
  call(2).answer(200, kEvents, kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
  CHECK(sink.begins == 1);
  const size_t first = sink.text.find(R"("content":"hello")");
  const size_t second = sink.text.find(R"("content":"hello")", first + 1);
  CHECK(second != std::string::npos);
  CHECK(sink.text.find(R"("content":"hello")", second + 1) == std::string::npos);
  CHECK(ends_with(sink.text, "data: [DONE]\n\n"));
  CHECK(exchange->facts().completion_tokens == 4);
}

TEST_CASE_FIXTURE(Fixture, "R2: a continuation has tries of its own") {
  context.max_retries = 1;
  const std::string paused =
      kStart + kText +
      event("message_delta",
            R"(,"delta":{"stop_reason":"pause_turn"},"usage":{"output_tokens":2})") +
      kStop;
  start(R"({"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}],)"
        R"("tools":[{"type":"web_search_20250305","name":"web_search"}]})");
  const auto overloaded = [this](size_t number) {
    call(number).head(529, {{"content-type", kJson}, {"retry-after-ms", "1"}});
    call(number).done();
  };
  overloaded(0);
  run_until_calls(2);
  call(1).answer(200, kEvents, paused);
  overloaded(2);
  run_until_calls(4);
  CHECK(call(3).request.body == call(2).request.body);
  call(3).answer(200, kEvents, paused);
  overloaded(4);
  run_until_calls(6);
  overloaded(5);
  REQUIRE(sink.error);
  CHECK(upstream.calls.size() == 6);
}

TEST_CASE_FIXTURE(Fixture, "an unknown model's error names the setting that helps") {
  start(kJsonRequest);
  call(0).answer(
      404, kJson,
      R"({"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}})");
  REQUIRE(sink.error);
  CHECK(sink.error->code == "model_not_found");
  CHECK(sink.error->message ==
        "the upstream knows no model 'claude-9' (404); see proxx models, or name it under "
        "models: in config.yaml");
}

TEST_CASE_FIXTURE(Fixture, "R2: a continuation that has begun is not tried again") {
  context.max_retries = 2;
  start(R"({"model":"claude-sonnet-5-5","stream":true,"messages":[{"role":"user","content":"hi"}],)"
        R"("tools":[{"type":"web_search_20250305","name":"web_search"}]})");
  call(0).answer(200, kEvents,
                 kStart + kText +
                     event("message_delta",
                           R"(,"delta":{"stop_reason":"pause_turn"},"usage":{"output_tokens":2})") +
                     kStop);
  REQUIRE(upstream.calls.size() == 2);
  call(1).head(200, {{"content-type", kEvents}, {"x-should-retry", "true"}});
  call(1).data(kStart);
  call(1).data(kOverloaded);
  REQUIRE(sink.error);
  CHECK(upstream.calls.size() == 2);
  CHECK(sink.text.find("[DONE]") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "U12 R1: an error answer whose body is cut off keeps its status") {
  context.max_retries = 1;
  for (const bool stream : {false, true}) {
    upstream.calls.clear();
    sink = RecordingSink();
    start(stream ? kStreamRequest : kJsonRequest);
    call(0).head(529, {{"content-type", kJson}, {"retry-after-ms", "1"}});
    call(0).data(R"({"type":"error","error":{"type":"overl)");
    call(0).done(err(ErrorKind::upstream_truncated, "the answer was cut off"));
    run_until_calls(2);
    call(1).head(401, {{"content-type", kJson}});
    call(1).done(err(ErrorKind::upstream_timeout, "nothing came for 120 s"));
    REQUIRE(sink.error);
    CHECK(sink.error->http_status == 401);
    CHECK(sink.error->kind != ErrorKind::upstream_timeout);
  }
}
