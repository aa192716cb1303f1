// Streams, slow and departed clients (docs/faults.md 4), and the time limits.
#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "support/echo_server.h"
#include "support/raw_client.h"

namespace proxx::test {
namespace {

using http::Responder;
using std::chrono::milliseconds;

const std::string kGet = "GET /a HTTP/1.1\r\nhost: a\r\n\r\n";

TEST_CASE("a stream's headers leave before its first byte, and its bytes are exact") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  answers.with(0, [](Responder& responder) {
    responder.start(200, {{"content-type", "text/event-stream"}});
  });
  const std::string head = client.read_until("\r\n\r\n");
  CHECK(head.find("transfer-encoding: chunked") != std::string::npos);
  answers.with(0, [](Responder& responder) {
    responder.write("one");
    responder.write("");
    responder.write("two");
  });
  CHECK(client.read_until("two\r\n") == "3\r\none\r\n3\r\ntwo\r\n");
  CHECK(answers.sent.value() == 0);
  answers.with(0, [](Responder& responder) { responder.end(); });
  CHECK(client.read_until("0\r\n\r\n") == "0\r\n\r\n");
  CHECK(answers.sent.reaches(1));
  CHECK(answers.gone.value() == 0);
}

TEST_CASE("many small writes, over many turns, arrive byte by byte as written") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  std::string expected;
  answers.with(0, [](Responder& responder) { responder.start(200, {}); });
  for (int turn = 0; turn < 50; ++turn) {
    answers.with(0, [&](Responder& responder) {
      for (int i = 0; i < 100; ++i) {
        const std::string text = std::to_string(turn * 1000 + i) + ";";
        responder.write(text);
        expected += text;
      }
    });
  }
  answers.with(0, [](Responder& responder) { responder.end(); });
  const RawResponse response = client.read_response();
  CHECK(response.complete);
  CHECK(response.body == expected);
}

TEST_CASE("C5: write() says stop at the limit, on_drain says go on, and every byte arrives") {
  http::Limits limits;
  limits.max_buffered_bytes = 64 << 10;
  EchoServer server(limits);
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  constexpr int kBlocks = 4000;
  std::string expected;
  size_t most_buffered = 0;
  int block = 0;
  answers.with(0, [&](Responder& responder) {
    const auto produce = [&] {
      bool more = true;
      for (; more && block < kBlocks; ++block) {
        const std::string bytes(8192, static_cast<char>('a' + block % 26));
        expected += bytes;
        more = responder.write(bytes);
        most_buffered = std::max(most_buffered, responder.buffered_bytes());
      }
      if (block == kBlocks) responder.end();
    };
    responder.start(200, {});
    responder.on_drain(produce);
    produce();
    CHECK(block < kBlocks);
    CHECK(responder.buffered_bytes() > limits.max_buffered_bytes);
  });
  const RawResponse response = client.read_response();
  CHECK(answers.sent.reaches(1));
  CHECK(response.complete);
  CHECK(response.body == expected);
  CHECK(most_buffered < limits.max_buffered_bytes + 10'000);
}

TEST_CASE("C6: a client that stops reading is cut after the write gap") {
  http::Limits limits;
  limits.write_gap_time = milliseconds(200);
  EchoServer server(limits);
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  answers.with(0, [&](Responder& responder) {
    responder.start(200, {});
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 16; ++i) responder.write(block);
  });
  CHECK(answers.gone.reaches(1));
  CHECK(server.has_connections(0));
  answers.with(0, [](Responder& responder) {
    responder.write("x");
    responder.end();
    CHECK(responder.buffered_bytes() == 0);
  });
}

TEST_CASE("C6: a complete answer that nobody reads is given up, and that is told too") {
  http::Limits limits;
  limits.write_gap_time = milliseconds(200);
  EchoServer server(limits);
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  answers.with(0, [&](Responder& responder) {
    responder.send({200, {}, std::string(16 << 20, 'x'), false});
  });
  CHECK(answers.sent.reaches(1));
  CHECK(answers.gone.value() == 0);
  CHECK(server.has_connections(0));
}

TEST_CASE("C1, C2, C3, C7, C8: a departure is told once, in every phase") {
  struct Row {
    const char* name;
    bool started;
    bool writing;
    void (*leave)(RawClient&);
  };
  const auto close = [](RawClient& client) { client.close(); };
  const auto finish = [](RawClient& client) { client.finish_sending(); };
  const auto reset = [](RawClient& client) { client.reset(); };
  const Row rows[] = {
      {"C1: mid-stream", true, true, close},
      {"C2: before the first byte", true, false, close},
      {"C3: waiting for an answer", false, false, close},
      {"C7: half-close while waiting", false, false, finish},
      {"C7: half-close mid-stream", true, true, finish},
      {"C8: reset while waiting", false, false, reset},
      {"C8: reset mid-stream", true, true, reset},
  };
  EchoServer server;
  HeldAnswers answers(server);
  int index = 0;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RawClient client(server.port());
    client.send(kGet);
    answers.with(index, [&](Responder& responder) {
      if (row.started) responder.start(200, {});
      if (row.writing) responder.write("x");
    });
    if (row.writing) client.read_until("x\r\n");
    const auto left_at = std::chrono::steady_clock::now();
    row.leave(client);
    CHECK(answers.gone.reaches(index + 1));
    CHECK(std::chrono::steady_clock::now() - left_at < milliseconds(5'000));
    answers.with(index, [](Responder& responder) {
      responder.write("late");
      responder.end();
      responder.send({200, {}, "late", false});
    });
    ++index;
  }
  CHECK(server.has_connections(0));
  CHECK(answers.gone.value() == index);
  CHECK(answers.sent.value() == 0);
}

TEST_CASE("C7, C10: a departure behind unread pipelined bytes is seen too") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  CHECK(answers.arrived.reaches(1));
  client.send("POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 40000\r\n\r\n" +
              std::string(40'000, 'x'));
  client.finish_sending();
  CHECK(answers.gone.reaches(1));
  CHECK(server.has_connections(0));
}

TEST_CASE("C10: what is sent during a stream waits its turn, and most of it in the kernel") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  answers.with(0, [](Responder& responder) {
    responder.start(200, {});
    responder.write("1");
  });
  const std::string body(20'000'000, 'x');
  std::thread sender([&] {
    CHECK(client.send("POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: 20000000\r\n\r\n" + body));
  });
  answers.with(0, [](Responder& responder) { responder.end(); });
  answers.with(1, [](Responder& responder) { responder.send({200, {}, "2", false}); });
  sender.join();
  CHECK(client.read_response().body == "1");
  CHECK(client.read_response().body == "2");
}

TEST_CASE("C9: one of many streams dies and the others do not notice") {
  constexpr size_t kStreams = 50;
  EchoServer server;
  HeldAnswers answers(server);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (size_t i = 0; i < kStreams; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(kGet);
    answers.with(i, [&](Responder& responder) {
      responder.start(200, {});
      responder.write(std::to_string(i));
    });
  }
  clients[7]->reset();
  CHECK(answers.gone.reaches(1));
  for (size_t i = 0; i < kStreams; ++i) {
    answers.with(i, [](Responder& responder) {
      responder.write(" end");
      responder.end();
    });
    if (i != 7) CHECK(clients[i]->read_response().body == std::to_string(i) + " end");
  }
  CHECK(answers.gone.value() == 1);
}

TEST_CASE("abort: what was written arrives, and is seen to be incomplete") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient chunked(server.port());
  chunked.send(kGet);
  answers.with(0, [](Responder& responder) {
    responder.start(200, {});
    responder.write("half");
    responder.abort();
  });
  const RawResponse response = chunked.read_response();
  CHECK(response.body == "half");
  CHECK(!response.complete);
  CHECK(!chunked.was_reset());

  RawClient old(server.port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  answers.with(1, [](Responder& responder) {
    responder.start(200, {});
    responder.write("half");
    responder.abort();
  });
  CHECK(!old.read_response().complete);
  CHECK(old.was_reset());
  CHECK(answers.sent.value() + answers.gone.value() == 0);
}

TEST_CASE("dropping a responder aborts; a handler that keeps none, too") {
  EchoServer server;
  {
    HeldAnswers answers(server);
    RawClient client(server.port());
    client.send(kGet);
    CHECK(answers.arrived.reaches(1));
    answers.drop(0);
    CHECK(client.read_to_end().empty());
  }
  server.on_loop([&] {
    server.handler().on_handle = [](const http::Request&, const std::shared_ptr<Responder>&) {};
  });
  RawClient client(server.port());
  client.send(kGet);
  CHECK(client.read_to_end().empty());
  CHECK(server.has_connections(0));
}

TEST_CASE("only one answer counts") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet + kGet);
  answers.with(0, [](Responder& responder) {
    responder.write("before the start");
    responder.send({200, {}, "first", false});
    responder.send({200, {}, "second", false});
    responder.start(200, {});
    responder.write("third");
    responder.end();
    responder.abort();
  });
  answers.with(1, [](Responder& responder) { responder.send({200, {}, "fourth", false}); });
  CHECK(client.read_response().body == "first");
  CHECK(client.read_response().body == "fourth");
}

http::Limits short_times() {
  http::Limits limits;
  limits.header_time = milliseconds(300);
  limits.body_gap_time = milliseconds(300);
  limits.body_time = milliseconds(600);
  limits.idle_time = milliseconds(300);
  return limits;
}

TEST_CASE("H14: an idle time of zero is no limit") {
  http::Limits limits;
  limits.idle_time = milliseconds(0);
  EchoServer server(limits);
  RawClient client(server.port());
  client.send(kGet);
  CHECK(client.read_response().status == 200);
  CHECK(!client.closed_within(milliseconds(200)));
  client.send(kGet);
  CHECK(client.read_response().status == 200);
}

/// A byte every 50 ms, until the server has closed.
void trickle(RawClient& client, std::string_view bytes) {
  for (size_t i = 0; i < 200; ++i) {
    const char c = bytes[i % bytes.size()];
    if (!client.send({&c, 1}) || client.closed_within(milliseconds(50))) return;
  }
}

TEST_CASE("H12: a head that trickles in is a 408, and holds up nobody else") {
  EchoServer server(short_times());
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nx: ");
  RawClient other(server.port());
  other.send(kGet);
  CHECK(other.read_response().status == 200);
  CHECK(!client.closed_within(milliseconds(0)));
  other.close();
  trickle(client, "a");
  CHECK(client.read_response().status == 408);
  CHECK(server.has_connections(0));
}

TEST_CASE("H13: a body that stops, or trickles for too long, is a 408") {
  const std::string head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n";
  EchoServer server(short_times());
  RawClient silent(server.port());
  silent.send(head + "x");
  CHECK(silent.read_response().status == 408);
  RawClient slow(server.port());
  slow.send(head);
  trickle(slow, "x");
  CHECK(slow.read_response().status == 408);
  CHECK(server.handler().handled.value() == 0);
  CHECK(server.has_connections(0));
}

TEST_CASE("H14: idle connections are closed without a word, before and after a request") {
  EchoServer server(short_times());
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.send(kGet);
  CHECK(used.read_response().status == 200);
  CHECK(used.read_to_end().empty());
  CHECK(fresh.read_to_end().empty());
  CHECK(!used.was_reset());
  CHECK(server.has_connections(0));
}

TEST_CASE("H14: 512 idle connections are nobody's hindrance, and closed in time") {
  EchoServer server(short_times());
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 512; ++i) idle.push_back(std::make_unique<RawClient>(server.port()));
  const auto asked_at = std::chrono::steady_clock::now();
  RawClient client(server.port());
  client.send(kGet);
  CHECK(client.read_response().status == 200);
  CHECK(std::chrono::steady_clock::now() - asked_at < milliseconds(5'000));
  client.close();
  for (const auto& each : idle) CHECK(each->read_to_end().empty());
  CHECK(server.has_connections(0));
}

TEST_CASE("no time limit of the request counts while the handler works") {
  EchoServer server(short_times());
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  CHECK(answers.arrived.reaches(1));
  CHECK(!client.closed_within(milliseconds(1'000)));
  answers.with(0, [](Responder& responder) { responder.send({200, {}, "late", false}); });
  CHECK(client.read_response().body == "late");
}

}  // namespace
}  // namespace proxx::test
