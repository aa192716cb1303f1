#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include "harness.h"

namespace proxx::test {
namespace {

using std::chrono::milliseconds;

const Step kSmall = answer(200, "application/json", "{}");

std::string pattern(size_t bytes, unsigned seed) {
  std::string out(bytes, '\0');
  for (char& c : out) {
    seed = seed * 1664525 + 1013904223;
    c = static_cast<char>(seed >> 24);
  }
  return out;
}

size_t number_in(const std::string& request) {
  return std::stoul(request.substr(request.find("\r\n\r\n") + 4));
}

bool all_closed(Harness& harness) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  return harness.until([&] {
    return harness.server.open_connections() == 0 || std::chrono::steady_clock::now() > limit;
  }) && harness.server.open_connections() == 0;
}

}  // namespace

TEST_CASE("a request goes out as given, and nothing besides") {
  Harness harness({{kSmall}});
  const Recorder got = harness.fetch({}, "{\"a\":1}");
  CHECK(got.ok());
  CHECK(got.data == "{}");
  REQUIRE(got.head);
  CHECK(got.head->status == 200);
  CHECK(find_header(got.head->headers, "Content-Type") == "application/json");
  CHECK(got.head->headers[0].first == "content-type");
  CHECK(harness.server.requests().at(0) ==
        "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(harness.server.port()) +
            "\r\nContent-Type: application/json\r\nx-api-key: sk-test-secret\r\n"
            "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("another method, another path, and back") {
  Harness harness({{kSmall}});
  Recorder models;
  UpstreamRequest request;
  request.method = "GET";
  request.path = "/v1/models?limit=1000";
  request.headers = {{"x-empty", ""}};
  const auto call = harness.engine->start(std::move(request), models);
  REQUIRE(harness.until_done(models));
  CHECK(models.ok());
  CHECK(harness.fetch().ok());
  CHECK(harness.server.requests().at(0) ==
        "GET /v1/models?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1:" +
            std::to_string(harness.server.port()) + "\r\nx-empty:\r\n\r\n");
  CHECK(harness.server.requests().at(1).substr(0, 18) == "POST /v1/messages ");
  CHECK(harness.server.connections() == 1);
}

TEST_CASE("trailers are not taken for headers") {
  Harness harness(
      {{send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-t\r\n\r\n"
             "2\r\n{}\r\n0\r\nx-t: 1\r\n\r\n")}});
  const Recorder got = harness.fetch();
  CHECK(got.ok());
  CHECK(got.data == "{}");
  REQUIRE(got.head);
  CHECK_FALSE(find_header(got.head->headers, "x-t"));
}

TEST_CASE("an answer in single bytes") {
  const std::string whole =
      "HTTP/1.1 200 OK\r\ncontent-type: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
      "0\r\n\r\n";
  Harness harness({{send_pieces(whole, 1)}});
  const Recorder got = harness.fetch();
  CHECK(got.ok());
  CHECK(got.data == "hello");
}

TEST_CASE("a handler is told when it has all that came in") {
  Harness harness({{stream_head(), send("5\r\nfirst\r\n6\r\nsecond\r\n"), stall()}});
  Recorder recorder;
  int times = 0;
  recorder.then_caught_up = [&] { ++times; };
  const auto call = harness.start(recorder);
  REQUIRE(harness.until([&] { return recorder.caught_up_at == recorder.bytes && times > 0; }));
  CHECK(recorder.bytes >= 11);
  CHECK_FALSE(recorder.done);
}

TEST_CASE("chunks that came in one piece go on in one") {
  Harness harness(
      {{send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
             "5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n")}});
  Recorder recorder;
  int pieces = 0;
  recorder.then_data = [&] { ++pieces; };
  const auto call = harness.start(recorder);
  REQUIRE(harness.until([&] { return recorder.done.has_value(); }));
  CHECK(recorder.ok());
  CHECK(recorder.data == "firstsecond");
  CHECK(pieces == 1);
}

TEST_CASE("chunks of two answers are not mixed up") {
  constexpr size_t kTimes = 200;
  const auto script = [](const std::string& chunk) {
    return Script{send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
                  send_times("4\r\n" + chunk + "\r\n", kTimes), send("0\r\n\r\n")};
  };
  Harness harness({script("aaaa"), script("bbbb")});
  Recorder first, second;
  const auto one = harness.start(first);
  const auto two = harness.start(second);
  REQUIRE(harness.until([&] { return first.done && second.done; }));
  REQUIRE(first.bytes == 4 * kTimes);
  REQUIRE(second.bytes == 4 * kTimes);
  CHECK(first.data.find_first_not_of(first.data[0]) == std::string::npos);
  CHECK(second.data.find_first_not_of(second.data[0]) == std::string::npos);
  CHECK(first.data[0] != second.data[0]);
}

TEST_CASE("connections are reused") {
  Harness harness({{kSmall}});
  for (int i = 0; i < 20; ++i) CHECK(harness.fetch().ok());
  CHECK(harness.server.connections() == 1);
  CHECK(harness.server.requests().size() == 20);
}

TEST_CASE("a connection for each transfer at a time, and no more") {
  Harness harness({{kSmall}});
  for (int round = 0; round < 5; ++round) {
    std::array<Recorder, 4> recorders;
    std::vector<std::unique_ptr<UpstreamCall>> calls;
    for (Recorder& recorder : recorders) calls.push_back(harness.start(recorder));
    REQUIRE(harness.until([&] {
      return std::all_of(recorders.begin(), recorders.end(), [](auto& one) { return one.done; });
    }));
    for (const Recorder& recorder : recorders) CHECK(recorder.ok());
    CHECK(harness.server.connections() == 4);
  }
}

TEST_CASE("no handler is called from inside start, whatever is wrong") {
  Harness harness({{kSmall}});
  Recorder recorder;
  const auto call = harness.start(recorder);
  CHECK_FALSE(recorder.done);
  Recorder bad;
  UpstreamRequest request;
  request.headers = {{"", "x"}};
  const auto bad_call = harness.engine->start(std::move(request), bad);
  CHECK_FALSE(bad.done);
  CHECK(harness.until([&] { return recorder.done && bad.done; }));
}

TEST_CASE("the loop's run() ends with the last call, and can be run again") {
  Harness harness({{kSmall}});
  for (int i = 0; i < 3; ++i) {
    Recorder recorder;
    const auto call = harness.start(recorder);
    harness.loop.restart();
    harness.loop.run();
    CHECK(recorder.ok());
  }
  Recorder cancelled;
  { const auto call = harness.start(cancelled); }
  harness.loop.restart();
  harness.loop.run();
  CHECK_FALSE(cancelled.done);
}

TEST_CASE("C9: 200 calls side by side, byte for byte, some of them cut off") {
  Harness harness([](const std::string& request, size_t) -> Script {
    const size_t number = number_in(request);
    const std::string body = pattern(20'000 + number * 37, static_cast<unsigned>(number));
    std::string head =
        "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n";
    if (number % 10 == 9) return {send(head + body.substr(0, 1000)), reset()};
    return {send_pieces(head + body, 1 + number * 13)};
  });
  std::vector<Recorder> recorders(200);
  std::vector<std::unique_ptr<UpstreamCall>> calls;
  for (size_t i = 0; i < recorders.size(); ++i)
    calls.push_back(harness.start(recorders[i], {}, std::to_string(i)));
  REQUIRE(harness.until([&] {
    return std::all_of(recorders.begin(), recorders.end(),
                       [](const Recorder& r) { return r.done.has_value(); });
  }));
  for (size_t i = 0; i < recorders.size(); ++i) {
    CAPTURE(i);
    if (i % 10 == 9) {
      CHECK_FALSE(recorders[i].ok());
      continue;
    }
    CHECK(recorders[i].ok());
    CHECK(recorders[i].data == pattern(20'000 + i * 37, static_cast<unsigned>(i)));
  }
}

TEST_CASE("a large body arrives whole") {
  const std::string body = pattern(8 << 20, 7);
  Harness harness({{kSmall}});
  CHECK(harness.fetch({}, body).ok());
  const std::string request = harness.server.requests().at(0);
  CHECK(request.substr(request.size() - body.size()) == body);
  CHECK(request.find("Expect") == std::string::npos);
}

TEST_CASE("C5: pause holds the peer, resume gives every byte") {
  const std::string piece = pattern(1 << 16, 3);
  constexpr size_t kPieces = 512;  // 32 MiB
  Harness harness({{stream_head(), send_times(piece, kPieces), close()}});
  Recorder recorder;
  recorder.keep_data = false;
  const auto call = harness.start(recorder);
  recorder.then_data = [&] { call->pause(); };
  REQUIRE(harness.until([&] { return recorder.bytes > 0; }));
  harness.turn_for(milliseconds(200));
  const size_t held = recorder.bytes;
  const size_t sent = harness.server.sent_bytes();
  harness.turn_for(milliseconds(200));
  CHECK(recorder.bytes == held);
  CHECK(held <= 16384);
  CHECK(harness.server.sent_bytes() == sent);  // what the kernel holds, and no more
  CHECK(sent < piece.size() * kPieces / 2);

  recorder.then_data = nullptr;
  recorder.keep_data = true;
  call->resume();
  REQUIRE(harness.until_done(recorder));
  CHECK(recorder.ok());
  CHECK(recorder.bytes == piece.size() * kPieces);
  CHECK(recorder.data.substr(recorder.data.size() - piece.size()) == piece);
}

TEST_CASE("pause and resume at every turn lose nothing") {
  const std::string body = pattern(300'000, 5);
  Harness harness({{stream_head(), send_pieces(body, 777), close()}});
  Recorder recorder;
  const auto call = harness.start(recorder);
  size_t turns = 0;
  recorder.then_head = [&] { call->pause(); };
  recorder.then_data = [&] {
    call->pause();
    if (++turns % 3 == 0) call->resume();  // from inside
  };
  REQUIRE(harness.until([&] {
    const size_t before = recorder.bytes;
    call->resume();
    CHECK(recorder.bytes == before);  // never from inside resume()
    return recorder.done.has_value();
  }));
  CHECK(recorder.ok());
  CHECK(recorder.data == body);
}

TEST_CASE("what fails in the moment of resuming is told, though nothing more comes") {
  EngineOptions options;
  options.max_answer_bytes = 1000;
  Harness harness({{stream_head(), send(std::string(2000, 'x')), stall()}}, {}, options);
  Recorder recorder;
  const auto call = harness.start(recorder);
  recorder.then_head = [&] { call->pause(); };
  REQUIRE(harness.until([&] { return recorder.head.has_value(); }));
  harness.turn_for(milliseconds(100));  // the body is here, and held
  call->resume();
  REQUIRE(harness.until_done(recorder));
  CHECK(recorder.kind() == ErrorKind::upstream_protocol);
}

TEST_CASE("C1 C2 C3: destroying the call closes the upstream socket, in every phase") {
  FaultServerOptions mute;
  mute.reads = false;
  const Step endless = send_times(std::string(65536, 'x'), 100'000);
  const struct {
    const char* name;
    Script script;
    FaultServerOptions server;
    std::string body;
    size_t after_bytes;
    bool paused;
  } rows[] = {
      {"before the answer", {stall()}, {}, "{}", 0, false},
      {"after the head", {stream_head(), stall()}, {}, "{}", 0, false},
      {"in the stream", {stream_head(), endless}, {}, "{}", 100'000, false},
      {"paused", {stream_head(), endless}, {}, "{}", 1, true},
      {"while sending", {stall()}, mute, std::string(32 << 20, 'x'), 0, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Harness harness({row.script}, row.server);
    Recorder recorder;
    auto call = harness.start(recorder, {}, row.body);
    if (row.paused) recorder.then_data = [&] { call->pause(); };
    REQUIRE(harness.until([&] {
      return harness.server.open_connections() == 1 && recorder.bytes >= row.after_bytes;
    }));
    harness.turn_for(milliseconds(50));
    call.reset();
    CHECK(all_closed(harness));
    CHECK_FALSE(recorder.done);
  }
}

TEST_CASE("many calls destroyed at once are closed a few in each turn of the loop") {
  constexpr size_t kCalls = 100;
  Harness harness({{stream_head(), stall()}});
  std::vector<Recorder> recorders(kCalls);
  std::vector<std::unique_ptr<UpstreamCall>> calls;
  for (Recorder& recorder : recorders) calls.push_back(harness.start(recorder));
  REQUIRE(harness.until([&] {
    return std::all_of(recorders.begin(), recorders.end(),
                       [](const Recorder& each) { return each.head.has_value(); });
  }));
  calls.clear();
  harness.loop.restart();
  const size_t handlers_run = harness.loop.run_for(std::chrono::seconds(60));
  CHECK(harness.loop.stopped());
  CHECK(handlers_run > 5);
  CHECK(all_closed(harness));
}

TEST_CASE("calls destroyed while they connect send nothing, however many they are") {
  Harness harness({{stream_head(), stall()}});
  std::vector<Recorder> recorders(100);
  std::vector<std::unique_ptr<UpstreamCall>> calls;
  for (Recorder& recorder : recorders) calls.push_back(harness.start(recorder));
  harness.loop.run_one();
  calls.clear();
  harness.loop.run_for(std::chrono::seconds(60));
  CHECK(harness.loop.stopped());
  CHECK(all_closed(harness));
  CHECK(harness.server.requests().empty());
}

TEST_CASE("a call can be destroyed from inside any callback, its own or another's") {
  for (const bool own : {true, false}) {
    for (const std::string where : {"head", "data", "caught_up", "done"}) {
      CAPTURE(own);
      CAPTURE(where);
      Harness harness(
          {{stream_head(), send("data"), stall()},
           {stream_head(), send("data"), wait(milliseconds(20)), send("more"), close()}});
      Recorder first, second;
      auto other = harness.start(second);
      REQUIRE(harness.until([&] { return harness.server.requests().size() == 1; }));
      auto call = harness.start(first);
      bool called = false;
      const auto destroy = [&] {
        called = true;
        (own ? call : other).reset();
      };
      first.hook(where) = destroy;
      if (own) {
        REQUIRE(harness.until([&] { return called; }));
        const size_t bytes = first.bytes;
        harness.turn_for(milliseconds(60));
        CHECK(first.bytes == bytes);
        CHECK(first.done.has_value() == (where == "done"));
      } else {
        REQUIRE(harness.until_done(first));
        const size_t bytes = second.bytes;
        harness.turn_for(milliseconds(30));
        CHECK(first.data == "datamore");
        CHECK(second.bytes == bytes);
        CHECK_FALSE(second.done);
      }
      call.reset();
      other.reset();
      CHECK(all_closed(harness));
    }
  }
}

TEST_CASE("a call can be started from inside any callback") {
  for (const std::string where : {"head", "data", "caught_up", "done"}) {
    CAPTURE(where);
    Harness harness({{kSmall}});
    Recorder first, second;
    std::unique_ptr<UpstreamCall> next;
    const auto begin = [&] { next = harness.start(second); };
    first.hook(where) = begin;
    const auto call = harness.start(first);
    REQUIRE(harness.until_done(second));
    CHECK(first.ok());
    CHECK(second.ok());
    CHECK(second.data == "{}");
  }
}

TEST_CASE("an exception does not pass through libcurl") {
  Harness harness({{stream_head(), send("data"), close()}, {kSmall}});
  Recorder recorder;
  recorder.then_data = [] { throw std::bad_alloc(); };
  const auto call = harness.start(recorder);
  REQUIRE(harness.until_done(recorder));
  CHECK(recorder.kind() == ErrorKind::internal);
  CHECK(harness.fetch().ok());
}

TEST_CASE("an exception ends the call at once, though nothing more comes") {
  const std::string chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ndata\r\n";
  for (const Script& script :
       {Script{stream_head(), send("data"), stall()}, Script{send(chunks), stall()}}) {
    Harness harness({script, {kSmall}});
    Recorder recorder;
    recorder.then_data = [] { throw std::bad_alloc(); };
    const auto call = harness.start(recorder, with_idle(120'000));
    REQUIRE(harness.until_done(recorder));
    CHECK(recorder.kind() == ErrorKind::internal);
    CHECK(harness.fetch().ok());
  }
}

TEST_CASE("an exception from on_done reaches the loop, and other calls go on") {
  Harness harness({{stream_head(), send("data"), close()}, {kSmall}});
  Recorder recorder;
  recorder.then_done = [] { throw std::runtime_error("from a handler"); };
  const auto call = harness.start(recorder);
  CHECK_THROWS_AS(harness.until_done(recorder), std::runtime_error);
  CHECK(recorder.done);
  CHECK(harness.fetch().ok());
}

TEST_CASE("an engine may go before its calls") {
  Harness harness({{stream_head(), send("data"), stall()}});
  Recorder recorder;
  auto call = harness.start(recorder);
  REQUIRE(harness.until([&] { return recorder.bytes > 0; }));
  auto fresh = harness.start(recorder);
  harness.engine.reset();
  call->pause();
  call->resume();
  harness.turn_for(milliseconds(20));
  call.reset();
  fresh.reset();
  CHECK_FALSE(recorder.done);
  CHECK(all_closed(harness));
}

TEST_CASE("traces show each line, and no secret") {
  std::string header, body;
  EngineOptions options;
  options.trace_header = [&](char direction, std::string_view line) {
    header.append(1, direction).append(" ").append(line).append("\n");
  };
  options.trace_body = [&](char direction, std::string_view bytes) {
    body.append(1, direction).append(bytes);
  };
  Harness harness({{send("HTTP/1.1 200 OK\r\nset-cookie: s=1\r\ncontent-length: 2\r\n\r\n{}")}}, {},
                  std::move(options));
  CHECK(harness.fetch({}, "{\"a\":1}").ok());
  CHECK(header ==
        "> POST /v1/messages HTTP/1.1\n> Host: 127.0.0.1:" + std::to_string(harness.server.port()) +
            "\n> Content-Type: application/json\n> x-api-key: [redacted]\n"
            "> Content-Length: 7\n> \n"
            "< HTTP/1.1 200 OK\n< set-cookie: [redacted]\n< content-length: 2\n< \n");
  CHECK(body == ">{\"a\":1}<{}");
}

TEST_CASE("S7: a key that the upstream sends back is in no trace and in no header") {
  std::string traced;
  EngineOptions options;
  options.trace_header = [&](char, std::string_view line) { traced.append(line).append("\n"); };
  options.trace_body = [&](char, std::string_view bytes) { traced.append(bytes); };
  Harness harness({{send("HTTP/1.1 401 No\r\nrequest-id: req sk-test-secret\r\n"
                         "content-length: 16\r\n\r\n[sk-test-secret]")}},
                  {}, std::move(options));
  Recorder answer;
  const auto call = harness.start(answer, {}, "sk-test-secret");
  REQUIRE(harness.until_done(answer));
  REQUIRE(answer.head);
  CHECK(find_header(answer.head->headers, "request-id") == "req **************");
  CHECK(answer.data == "[sk-test-secret]");
  CHECK(traced.find("[**************]") != std::string::npos);
  CHECK(traced.find("sk-test-secret") == std::string::npos);
}

TEST_CASE("X9: a key that begins as a media type ends does not change the answer") {
  std::string traced;
  EngineOptions options;
  options.trace_header = [&](char, std::string_view line) { traced.append(line).append("\n"); };
  Harness harness({{kSmall}}, {}, std::move(options));
  Recorder answer;
  UpstreamRequest request;
  request.path = "/v1/messages";
  request.headers = {{"Content-Type", "application/json"}, {"x-api-key", "json1234"}};
  const auto call = harness.engine->start(std::move(request), answer);
  REQUIRE(harness.until_done(answer));
  REQUIRE(answer.head);
  CHECK(find_header(answer.head->headers, "content-type") == "application/json");
  CHECK(traced.find("json1234") == std::string::npos);
  CHECK(traced.find("****") == std::string::npos);
}

TEST_CASE("the version line is libcurl's") {
  CHECK(engine_version().starts_with("libcurl/"));
}

}  // namespace proxx::test
