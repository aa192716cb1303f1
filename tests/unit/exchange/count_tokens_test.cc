#include <string>

#include "exchange/protocols.h"
#include "unit/exchange/fixture.h"

// The tokens of a Responses request are counted by the upstream (docs/mapping-responses.md 4.11).

namespace proxx::test {
namespace {

struct Counting : Fixture {
  void count(std::string body) {
    exchange = std::make_unique<Exchange>(context, sink);
    ExchangeRequest request;
    request.body = std::move(body);
    request.protocol = protocol_of_path("/v1/responses");
    request.counts_tokens = true;
    request.credential.api_key = "sk-test";
    exchange->start(std::move(request));
  }
};

const std::string kRequest =
    R"({"model":"claude-sonnet-5-5","input":"hi","stream":true,"temperature":0.5,"user":"me",)"
    R"("max_output_tokens":7,"instructions":"brief"})";

}  // namespace

TEST_CASE("tokens are counted by the upstream, of the converted request") {
  Counting f;
  f.count(kRequest);
  CHECK(f.call(0).request.path == "/v1/messages/count_tokens");
  const std::string& body = f.call(0).request.body;
  CHECK(body.find("\"messages\"") != std::string::npos);
  CHECK(body.find("brief") != std::string::npos);
  for (const char* field : {"max_tokens", "stream", "metadata", "temperature"}) {
    CAPTURE(field);
    CHECK(body.find(field) == std::string::npos);
  }
  f.call(0).answer(200, kJson, R"({"input_tokens":14})");
  CHECK(f.sink.finished);
  CHECK(f.sink.text == R"({"object":"response.input_tokens","input_tokens":14})");
  CHECK_FALSE(f.sink.head.event_stream);
}

TEST_CASE("a request that cannot be converted is not counted, nor one that the upstream refuses") {
  Counting f;
  f.count(R"({"model":"claude-sonnet-5-5","input":[]})");
  REQUIRE(f.sink.error);
  CHECK(f.sink.error->param == "input");
  CHECK(f.upstream.calls.empty());

  Counting g;
  g.count(R"({"model":"claude-sonnet-5-5","input":[{"role":"user","content":"a"}]})");
  g.call(0).answer(400, kJson,
                   R"({"type":"error","error":{"type":"invalid_request_error","message":)"
                   R"("messages.0.content.0.text: too long"}})");
  REQUIRE(g.sink.error);
  CHECK(g.sink.error->http_status == 400);
  CHECK(g.sink.error->param == "input[0].content");
}

TEST_CASE("an answer without a number is none") {
  for (const char* answer : {"{}", "[]", "nonsense", R"({"input_tokens":"1"})",
                             R"({"input_tokens":-1})", R"({"input_tokens":1.5})"}) {
    CAPTURE(answer);
    Counting f;
    f.count(kRequest);
    f.call(0).answer(200, kJson, answer);
    REQUIRE(f.sink.error);
    CHECK(f.sink.error->kind == ErrorKind::upstream_protocol);
    CHECK(f.sink.text.empty());
  }
  Counting f;
  f.count(kRequest);
  f.call(0).answer(200, kEvents, kStart + kText + kDelta + kStop);
  CHECK(f.sink.error);
  CHECK(f.sink.text.empty());
}

TEST_CASE("counting is tried again as an answer is") {
  Counting f;
  f.context.max_retries = 1;
  f.count(kRequest);
  f.call(0).head(529, {{"content-type", kJson}, {"retry-after-ms", "1"}});
  f.call(0).data(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  f.call(0).done();
  f.run_until_calls(2);
  CHECK(f.call(1).request.path == "/v1/messages/count_tokens");
  CHECK(f.call(1).request.body == f.call(0).request.body);
  f.call(1).answer(200, kJson, R"({"input_tokens":1})");
  CHECK(f.sink.finished);
}

}  // namespace proxx::test
