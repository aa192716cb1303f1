#include <doctest/doctest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "harness.h"

// What may stand on a kept connection, and how often a request goes out (docs/faults.md U51, X1).

namespace proxx::test {
namespace {

using std::chrono::milliseconds;

constexpr auto* kJson = "application/json";
const std::string kForeign =
    "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n\"foreign\"";
const std::string kChunkedHead =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/// The number of the request, over all connections, as its answer.
Step own_answer(size_t number) {
  return answer(200, kJson, std::to_string(number));
}

/// A server whose first answer is followed by what `first` says; later ones are in order.
FaultServer::Scripter first_then_orderly(Script first) {
  return [first = std::move(first)](const std::string&, size_t number) -> Script {
    return number == 0 ? first : Script{own_answer(number)};
  };
}

/// `count` connections that are kept: none of their requests is answered before all have come.
void warm_up(Harness& harness, size_t count) {
  std::vector<Recorder> recorders(count);
  std::vector<std::unique_ptr<UpstreamCall>> calls;
  for (Recorder& recorder : recorders) calls.push_back(harness.start(recorder));
  for (const Recorder& recorder : recorders) {
    REQUIRE(harness.until_done(recorder));
    REQUIRE(recorder.ok());
  }
  REQUIRE(harness.server.connections() == count);
}

/// A harness whose server may speak TLS, with a certificate that the engine trusts.
struct TlsHarness : Harness {
  TlsHarness(FaultServer::Scripter scripter, bool tls)
      : Harness(std::move(scripter), {}, FaultServerOptions{.tls = tls}), ca(server.certificate()) {
    EngineOptions options;
    options.ca_file = ca.path();
    open(std::move(options));
  }
  const TemporaryFile ca;
};

/// This process's socket that is connected to `port`, or -1.
int socket_to(uint16_t port) {
  for (int socket = 3; socket < 1024; ++socket) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == port)
      return socket;
  }
  return -1;
}

/// Writes more than the peer takes without reading, and waits until it takes no more.
void fill_peer(int socket) {
  const int room = 1 << 20;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  const std::string filler(256 << 10, 'x');
  REQUIRE(::send(socket, filler.data(), filler.size(), MSG_NOSIGNAL) > 0);
  const auto unsent = [socket] {
    int bytes = 0;
    ioctl(socket, SIOCOUTQ, &bytes);
    return bytes;
  };
  for (int before = -1; before != unsent();) {
    before = unsent();
    std::this_thread::sleep_for(milliseconds(100));
  }
  REQUIRE(unsent() > 0);
}

}  // namespace

TEST_CASE("U51: one request is sent twice at most, however many kept connections are dead") {
  for (const size_t warm : {0, 1, 2, 3, 4, 6, 12}) {
    for (const bool abrupt : {false, true}) {
      CAPTURE(warm);
      CAPTURE(abrupt);
      std::atomic<size_t> seen{0};
      Harness harness([&seen, warm, abrupt](const std::string&, size_t number) -> Script {
        ++seen;
        if (number < warm)
          return {wait_until([&seen, warm] { return seen >= warm; }), own_answer(0)};
        return {abrupt ? reset() : close()};
      });
      warm_up(harness, warm);
      CHECK(harness.fetch().kind() == ErrorKind::upstream_unreachable);
      CHECK(harness.server.requests().size() == warm + (warm == 0 ? 1 : 2));
    }
  }
}

TEST_CASE("half price: a request that may go out once goes out once, whatever becomes of it") {
  for (const size_t warm : {0, 1, 3}) {
    for (const bool abrupt : {false, true}) {
      CAPTURE(warm);
      CAPTURE(abrupt);
      std::atomic<size_t> seen{0};
      Harness harness([&seen, warm, abrupt](const std::string&, size_t number) -> Script {
        ++seen;
        if (number < warm)
          return {wait_until([&seen, warm] { return seen >= warm; }), own_answer(0)};
        return {abrupt ? reset() : close()};
      });
      warm_up(harness, warm);
      UpstreamRequest request;
      request.path = "/v1/messages/batches";
      request.body = "{}";
      request.once = true;
      Recorder recorder;
      const auto call = harness.engine->start(std::move(request), recorder);
      REQUIRE(harness.until_done(recorder));
      CHECK(recorder.kind() == ErrorKind::upstream_unreachable);
      CHECK(recorder.sending);
      CHECK(harness.server.requests().size() == warm + 1);
    }
  }
}

TEST_CASE("half price: a call that never got a connection is known to have sent nothing") {
  EngineOptions options;
  {
    const FaultServer gone(std::vector<Script>{});
    options.base_url = gone.url();
  }
  Harness harness(std::vector<Script>{}, {}, options);
  const Recorder got = harness.fetch();
  CHECK(got.kind() == ErrorKind::upstream_unreachable);
  CHECK_FALSE(got.sending);
}

TEST_CASE("half price: a request may allow an answer that is longer than the engine's limit") {
  EngineOptions options;
  options.max_answer_bytes = 10;
  Harness harness([](const std::string&,
                     size_t) -> Script { return {answer(200, kJson, std::string(50, ' ') + "1")}; },
                  options);
  CHECK(harness.fetch().kind() == ErrorKind::upstream_protocol);
  UpstreamRequest request;
  request.method = "GET";
  request.path = "/";
  request.max_answer_bytes = 100;
  Recorder recorder;
  const auto call = harness.engine->start(std::move(request), recorder);
  REQUIRE(harness.until_done(recorder));
  CHECK(recorder.ok());
  CHECK(recorder.bytes == 51);
}

TEST_CASE("U51: the second try goes out on a fresh connection, and is answered") {
  constexpr size_t kWarm = 6;
  std::atomic<size_t> seen{0};
  Harness harness([&seen](const std::string&, size_t number) -> Script {
    ++seen;
    if (number < kWarm) return {wait_until([&seen] { return seen >= kWarm; }), own_answer(0)};
    if (number == kWarm) return {close()};
    return {own_answer(number)};
  });
  warm_up(harness, kWarm);
  const Recorder got = harness.fetch();
  CHECK(got.message() == "");
  CHECK(got.data == std::to_string(kWarm + 1));
  CHECK(harness.server.connections() == kWarm + 1);
}

TEST_CASE("U51: no second try after a byte of an answer") {
  for (const std::string_view part :
       {"H", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 C\r\n\r\n"}) {
    CAPTURE(part);
    Harness harness([part](const std::string&, size_t number) -> Script {
      if (number == 0) return {own_answer(0)};
      return {send(std::string(part)), wait(milliseconds(20)), close()};
    });
    CHECK(harness.fetch().ok());
    const Recorder got = harness.fetch();
    CHECK_FALSE(got.ok());
    CHECK(harness.server.requests().size() == 2);
  }
}

TEST_CASE("X1: what comes on an idle kept connection answers no request") {
  const struct {
    std::string name;
    Script late;
  } rows[] = {
      {"a second answer", {send(kForeign)}},
      {"a second answer and the end", {send(kForeign), close()}},
      {"408 and the end",
       {send("HTTP/1.1 408 Request Time-out\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        close()}},
      {"a newline", {send("\r\n")}},
      {"one byte", {send("\n")}},
      {"a late 100", {send("HTTP/1.1 100 Continue\r\n\r\n")}},
      {"the end", {close()}},
      {"a reset", {reset()}},
  };
  for (const auto& row : rows) {
    for (const bool tls : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(tls);
      std::atomic<bool> idle{false}, said{false};
      const Step tell = wait_until([&said] { return said = true; });
      Script first{own_answer(0), wait_until([&idle] { return idle.load(); })};
      for (const Step& step : row.late) {
        if (step.kind != Step::Kind::send) first.push_back(tell);  // a connection's last
        first.push_back(step);
      }
      first.push_back(tell);
      TlsHarness harness(first_then_orderly(first), tls);
      CHECK(harness.fetch().data == "0");
      idle = true;
      REQUIRE(FaultServer::eventually([&said] { return said.load(); }));
      harness.turn_for(milliseconds(10));
      const Recorder got = harness.fetch();
      CHECK(got.message() == "");
      CHECK(got.data == "1");
      CHECK(harness.server.requests().size() == 2);
      CHECK(harness.server.connections() == 2);
      CHECK(harness.fetch().data == "2");
      CHECK(harness.server.connections() == 2);
    }
  }
}

TEST_CASE("X1: what comes right behind an answer answers no request either") {
  const struct {
    std::string name;
    Script script;
  } rows[] = {
      {"in one piece with the answer",
       {send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" + kForeign)}},
      {"in one piece with the body",
       {send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"), wait(milliseconds(20)),
        send("{}" + kForeign)}},
      {"behind an empty body", {send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" + kForeign)}},
      {"behind a 204", {send("HTTP/1.1 204 None\r\n\r\n" + kForeign)}},
      {"behind a 304", {send("HTTP/1.1 304 None\r\n\r\n" + kForeign)}},
      {"behind the last chunk", {send(kChunkedHead + "2\r\n{}\r\n0\r\n\r\n" + kForeign)}},
      {"half of it behind the last chunk",
       {send(kChunkedHead + "2\r\n{}\r\n0\r\n\r\n" + kForeign.substr(0, 10)),
        wait(milliseconds(20)), send(kForeign.substr(10))}},
      {"behind trailers", {send(kChunkedHead + "2\r\n{}\r\n0\r\nx-t: 1\r\n\r\n" + kForeign)}},
      {"behind a body of two lengths",
       {send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n"
             "2\r\n{}\r\n0\r\n\r\n" +
             kForeign)}},
  };
  for (const auto& row : rows) {
    for (const bool tls : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(tls);
      TlsHarness harness(first_then_orderly(row.script), tls);
      CHECK(harness.fetch().ok());
      const Recorder got = harness.fetch();
      CHECK(got.message() == "");
      CHECK(got.data == "1");
      CHECK(harness.server.connections() == 2);
    }
  }
}

TEST_CASE("X1: what was sent before the request had come is not taken for an answer") {
  // The test fills the peer's receive buffer, so that its kernel takes nothing of the next request,
  // and has the peer send when that has been written.
  FaultServerOptions small;
  small.receive_bytes = 4096;
  const Step read_no_more = wait_until([] { return false; });
  const struct {
    std::string name;
    Script early;
  } rows[] = {
      {"an answer", {send(kForeign), read_no_more}},
      {"a newline", {send("\r\n"), read_no_more}},
      {"a newline and the end", {send("\n"), close()}},
      {"no HTTP", {send("GET / HTTP/1.1\r\n\r\n"), read_no_more}},
      {"a broken status line", {send("HTTP/1.1 x\r\n\r\n"), read_no_more}},
      {"zeros", {send(std::string(16, '\0')), read_no_more}},
      {"half a status line and the end", {send("HTTP/1.1 408"), close()}},
      {"half a status line and a reset", {send("HTTP/1.1 408"), reset()}},
      {"one byte and the end", {send("H"), close()}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    std::atomic<bool> asking{false}, written{false};
    EngineOptions options;
    options.trace_header = [&asking, &written](char direction, std::string_view) {
      if (asking && direction == '>') written = true;
    };
    Script first{own_answer(0), wait_until([&written] { return written.load(); })};
    first.insert(first.end(), row.early.begin(), row.early.end());
    Harness harness(first_then_orderly(first), std::move(options), small);
    REQUIRE(harness.fetch().data == "0");
    const int socket = socket_to(harness.server.port());
    REQUIRE(socket >= 0);
    fill_peer(socket);
    asking = true;
    const Recorder got = harness.fetch();
    CHECK(got.message() == "");
    CHECK(got.data == "1");
    CHECK(harness.server.connections() == 2);
    CHECK(harness.server.requests().size() == 2);
  }
}

TEST_CASE("X1: bytes that are no HTTP in answer to a request are an error, sent once") {
  for (const std::string_view bytes : {"\r\n", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 x\r\n\r\n"}) {
    CAPTURE(bytes);
    Harness harness([bytes](const std::string&, size_t number) -> Script {
      if (number == 0) return {own_answer(0)};
      return {send(std::string(bytes)), stall()};
    });
    CHECK(harness.fetch().ok());
    CHECK(harness.fetch().kind() == ErrorKind::upstream_protocol);
    CHECK(harness.server.requests().size() == 2);
  }
}

TEST_CASE("X1: a kept connection is reused when nothing stands on it") {
  for (const bool chunked : {false, true}) {
    for (const bool tls : {false, true}) {
      CAPTURE(chunked);
      CAPTURE(tls);
      const std::string body = chunked ? kChunkedHead + "2\r\n{}\r\n0\r\nx-t: 1\r\n\r\n"
                                       : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
      TlsHarness harness([&body](const std::string&, size_t) -> Script { return {send(body)}; },
                         tls);
      for (int i = 0; i < 10; ++i) CHECK(harness.fetch().ok());
      CHECK(harness.server.connections() == 1);
    }
  }
}

}  // namespace proxx::test
