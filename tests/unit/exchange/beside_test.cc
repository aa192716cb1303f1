#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "exchange/job_thread.h"
#include "exchange/jobs.h"
#include "unit/exchange/fixture.h"

// What is too long for the loop is converted beside it, with the same result (W8).

using namespace proxx;
using namespace proxx::test;

namespace {

const std::string kLong(kLoopBytes + 1000, 'x');

std::string delta_of(const std::string& text) {
  return event("content_block_delta",
               R"(,"index":0,"delta":{"type":"text_delta","text":")" + text + "\"}");
}

const std::string kBlockStart =
    event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})");
const std::string kBlockStop = event("content_block_stop", R"(,"index":0)");
const std::string kBeginning = kStart + kBlockStart + delta_of("a");
const std::string kLongStream = kBeginning + delta_of(kLong) + delta_of("b") + delta_of(kLong) +
                                delta_of("c") + kBlockStop + kDelta + kStop;

std::string request_of(const std::string& text, bool stream) {
  return R"({"model":"claude-sonnet-5-5","messages":[{"role":"user","content":")" + text +
         R"("}],"stream":)" + (stream ? "true}" : "false}");
}

std::string without_time(std::string text) {
  const std::string name = "\"created\":";
  for (size_t at = 0; (at = text.find(name, at)) != std::string::npos;) {
    text.erase(at, text.find(',', at) - at);
  }
  return text;
}

struct BesideFixture : Fixture {
  JobThread jobs{loop};
  BesideFixture() { context.jobs = &jobs; }
  void run() {
    loop.restart();
    loop.run();  // until no job is left
  }
};

/// What the client gets of a stream that comes in these pieces, and then ends.
struct Outcome {
  std::string text;
  std::string error;
  bool finished = false;
  bool operator==(const Outcome& other) const = default;
};

Outcome outcome_of(bool beside, const std::vector<std::string>& pieces, bool turns_between) {
  BesideFixture f;
  if (!beside) f.context.jobs = nullptr;
  f.context.closes_behind = true;
  f.start(kStreamRequest);
  f.call(0).head(200, {{"content-type", kEvents}});
  for (const std::string& piece : pieces) {
    f.call(0).data(piece);
    if (turns_between) {
      f.loop.restart();
      f.loop.poll();
    }
  }
  f.call(0).done();
  f.run();
  return {without_time(f.sink.text), f.sink.error ? f.sink.error->message : "", f.sink.finished};
}

std::vector<std::string> cut(const std::string& text, size_t size) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
  return pieces;
}

/// Rewrites or signs what it is given, and tells where.
struct ReadingProvider final : Provider {
  mutable std::thread::id prepared_by;
  std::optional<Error> error;

  [[nodiscard]] Result<UpstreamRequest> prepare(ProviderCall call) const override {
    prepared_by = std::this_thread::get_id();
    if (error) return tl::unexpected<Error>(*error);
    UpstreamRequest request;
    request.body = std::move(call.body);
    return request;
  }
  [[nodiscard]] size_t bytes_to_read(const ProviderCall& call) const override {
    return call.body.size();
  }
  [[nodiscard]] Result<BodyKind> body_kind(const UpstreamHead&) const override {
    return BodyKind::events;
  }
};

}  // namespace

TEST_CASE_FIXTURE(BesideFixture,
                  "W8: a long call is signed while the loop goes on, a short one at once") {
  ReadingProvider reading;
  context.provider = &reading;
  context.keeps = std::make_shared<int>();
  start(kStreamRequest);
  CHECK(upstream.calls.size() == 1);
  CHECK(reading.prepared_by == std::this_thread::get_id());

  upstream.calls.clear();
  start(request_of(kLong, true));
  run();
  REQUIRE(upstream.calls.size() == 1);
  CHECK(reading.prepared_by != std::this_thread::get_id());
  CHECK(context.keeps.use_count() == 1);
  CHECK(call(0).request.body.find(kLong) != std::string::npos);
  call(0).answer(200, kEvents, kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
}

TEST_CASE_FIXTURE(BesideFixture,
                  "W8: a long call that cannot be prepared, or whose client leaves") {
  ReadingProvider reading;
  context.provider = &reading;
  reading.error = Error(ErrorKind::request_too_large, "too large for this host");
  start(request_of(kLong, true));
  run();
  CHECK(upstream.calls.empty());
  REQUIRE(sink.error);
  CHECK(sink.error->kind == ErrorKind::request_too_large);

  reading.error.reset();
  start(request_of(kLong, true));
  loop.restart();
  loop.run_one();  // it is converted, and being prepared
  exchange.reset();
  run();
  CHECK(upstream.calls.empty());
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a long request is converted while the loop goes on") {
  bool went_on = false;
  boost::asio::post(loop, [&] { went_on = upstream.calls.empty(); });
  start(request_of(kLong, true));
  CHECK(upstream.calls.empty());
  run();
  CHECK(went_on);
  REQUIRE(upstream.calls.size() == 1);
  CHECK(call(0).request.body.find(kLong) != std::string::npos);
  call(0).answer(200, kEvents, kStart + kText + kDelta + kStop);
  CHECK(sink.finished);
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a short request is converted at once") {
  start(kStreamRequest);
  CHECK(upstream.calls.size() == 1);
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a long request with a mistake gets its error") {
  start(request_of(kLong + "\x01", false));
  run();
  REQUIRE(sink.error);
  CHECK(sink.error->kind == ErrorKind::invalid_request);
  CHECK(upstream.calls.empty());
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a client that leaves meanwhile hears nothing") {
  start(request_of(kLong, true));
  exchange.reset();
  run();
  CHECK(upstream.calls.empty());
  CHECK_FALSE(sink.ended());
}

TEST_CASE("W8: long events give the same, however they are cut and whenever the stream ends") {
  for (const size_t size : {kLongStream.size(), kLoopBytes, kLoopBytes / 3}) {
    for (const size_t end : {kLongStream.size(), kLongStream.size() - 10,
                             kLongStream.size() - kLoopBytes, kBeginning.size() + kLoopBytes}) {
      CAPTURE(size);
      CAPTURE(end);
      const auto pieces = cut(kLongStream.substr(0, end), size);
      const Outcome wanted = outcome_of(false, pieces, false);
      CHECK(wanted.finished == (end == kLongStream.size()));
      CHECK(outcome_of(true, pieces, false) == wanted);
      CHECK(outcome_of(true, pieces, true) == wanted);
    }
  }
}

TEST_CASE("W8: an event behind a long one that breaks the stream breaks it") {
  const auto pieces = cut(kBeginning + delta_of(kLong) + "data: {broken\n\n" + kStop, kLoopBytes);
  const Outcome wanted = outcome_of(false, pieces, false);
  CHECK(!wanted.error.empty());
  CHECK(outcome_of(true, pieces, true) == wanted);
}

TEST_CASE_FIXTURE(BesideFixture, "W8: the upstream is held while a long event is converted") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  call(0).data(kBeginning);
  const std::string before = sink.text;
  call(0).data(delta_of(kLong));
  CHECK(call(0).pauses == 1);
  CHECK(call(0).resumes == 0);
  CHECK(sink.text == before);
  CHECK(exchange->facts().id == "msg_1");  // for the log, should the client leave now
  run();
  CHECK(call(0).resumes == 1);
  CHECK(sink.text.size() > before.size() + kLong.size());
}

TEST_CASE_FIXTURE(BesideFixture, "W8: and beyond, for a client that is slow") {
  start(kStreamRequest);
  call(0).head(200, {{"content-type", kEvents}});
  call(0).data(kBeginning);
  sink.full = true;
  call(0).data(delta_of(kLong));
  exchange->resume();  // of an earlier piece: the converter is away
  CHECK(call(0).resumes == 0);
  run();
  CHECK(call(0).resumes == 0);
  exchange->resume();
  CHECK(call(0).resumes == 1);
}

TEST_CASE_FIXTURE(BesideFixture, "W8: leaving while a long event is converted cancels the call") {
  start(kStreamRequest);
  const auto upstream_call = upstream.calls.at(0);
  upstream_call->head(200, {{"content-type", kEvents}});
  upstream_call->data(kBeginning + delta_of(kLong));
  exchange.reset();
  CHECK(upstream_call->cancelled());
  run();
  CHECK_FALSE(sink.ended());
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a long message is converted beside the loop") {
  start(kJsonRequest);
  std::string message = kMessage;
  message.replace(message.find("hello"), 5, kLong);
  call(0).answer(200, kJson, message);
  CHECK_FALSE(sink.ended());
  run();
  CHECK(sink.finished);
  CHECK(sink.text.find(kLong) != std::string::npos);
}

TEST_CASE_FIXTURE(BesideFixture, "W8: a long message that is broken is the attempt's failure") {
  context.max_retries = 0;
  start(kJsonRequest);
  call(0).answer(200, kJson, kMessage + kLong);
  run();
  REQUIRE(sink.error);
  CHECK(sink.error->kind == ErrorKind::upstream_protocol);
}
