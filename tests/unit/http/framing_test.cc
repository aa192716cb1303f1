// Framing over real sockets: what clients send, byte for byte, and what they get.
#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>

#include "support/echo_server.h"
#include "support/raw_client.h"

namespace proxx::test {
namespace {

using std::chrono::milliseconds;

const std::string kGet = "GET /a HTTP/1.1\r\nhost: a\r\n\r\n";

std::string post(std::string_view body, std::string_view more = "") {
  return "POST /p HTTP/1.1\r\nhost: a\r\n" + std::string(more) +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST_CASE("requests follow each other on one connection") {
  EchoServer server;
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post("body"));
    const RawResponse response = client.read_response();
    CHECK(response.status == 200);
    CHECK(response.body == "POST /p body");
    CHECK(response.header("content-type") == "text/plain");
    CHECK(response.header("connection").empty());
    CHECK(response.header("date").size() == 29);
  }
  CHECK(server.handler().handled.value() == 3);
}

TEST_CASE("H4: chunked bodies in pieces of one byte") {
  EchoServer server;
  RawClient client(server.port());
  const std::string request =
      "POST /p HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
      "1\r\nh\r\n1;x=y\r\ni\r\n0\r\nauthorization: no\r\n\r\n";
  for (const char c : request) client.send({&c, 1});
  CHECK(client.read_response().body == "POST /p hi");
  client.send(kGet);
  CHECK(client.read_response().body == "GET /a ");
}

TEST_CASE("H5 to H9, H16, H17, H21, H28 to H31: refused, answered once, and closed") {
  const std::string line = "POST / HTTP/1.1\r\n";
  const std::string head = line + "host: a\r\n";
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
  struct Row {
    const char* name;
    int status;
    std::string bytes;
  };
  const Row rows[] = {
      {"H5: chunk size", 400, head + "transfer-encoding: chunked\r\n\r\n-2\r\n" + smuggled},
      {"H5: no CRLF", 400, head + "transfer-encoding: chunked\r\n\r\n1\r\nab" + smuggled},
      {"H6: CL and TE", 400,
       head + "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"H6: TE and CL", 400,
       head + "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n" + smuggled},
      {"H7: two lengths", 400, head + "content-length: 1\r\ncontent-length: 2\r\n\r\na" + smuggled},
      {"H7: list", 400, head + "content-length: 1, 1\r\n\r\na" + smuggled},
      {"H8: gzip, chunked", 501,
       head + "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"H8: xchunked", 501, head + "transfer-encoding: xchunked\r\n\r\n" + smuggled},
      {"H8: chunked, chunked", 501,
       head + "transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + smuggled},
      {"H9: HTTP/1.0", 400,
       "POST / HTTP/1.0\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" +
           smuggled},
      {"H16: long line", 431, head + "x: " + std::string(9000, 'a') + "\r\n"},
      {"H16: many fields", 431,
       [&] {
         std::string many = head;
         for (int i = 0; i < 101; ++i) many += "x: y\r\n";
         return many;
       }()},
      {"H16: large head", 431,
       [&] {
         std::string large = head;
         for (int i = 0; i < 5; ++i) large += "x: " + std::string(8000, 'a') + "\r\n";
         return large;
       }()},
      {"H17: empty name", 400, head + ": x\r\n\r\n"},
      {"H17: obs-fold", 400, head + "x: a\r\n b\r\n\r\n"},
      {"H17: bare LF", 400, "GET / HTTP/1.1\nhost: a\n\n"},
      {"H21: two hosts", 400, head + "host: a\r\n\r\n"},
      {"H21: no host", 400, line + "\r\n"},
      {"H28: long target", 414, "GET /" + std::string(9000, 'a')},
      {"H29: TRACE", 501, "TRACE / HTTP/1.1\r\nhost: a\r\n\r\n"},
      {"H29: CONNECT", 501, "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n"},
      {"H31: ClientHello", 400, std::string("\x16\x03\x01\x02\x00\x01", 6)},
      {"A31: br", 415, head + "content-encoding: br\r\ncontent-length: 1\r\n\r\na"},
      {"A31: no gzip", 400, head + "content-encoding: gzip\r\ncontent-length: 1\r\n\r\na"},
      {"A31: no zstd", 400, head + "content-encoding: zstd\r\ncontent-length: 1\r\n\r\na"},
      {"H11: other expectation", 417, head + "expect: tea\r\ncontent-length: 1\r\n\r\n"},
  };
  EchoServer server;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    RawClient client(server.port());
    client.send(row.bytes);
    const RawResponse response = client.read_response();
    CHECK(response.status == row.status);
    CHECK(response.complete);
    CHECK(response.header("connection") == "close");
    CHECK(response.header("x-request-id") == "req_1");
    CHECK(client.read_to_end().empty());
    client.close();
  }
  CHECK(server.handler().handled.value() == 0);
  CHECK(server.has_connections(0));
}

TEST_CASE("H16: 100 MB without a newline are not taken in") {
  EchoServer server;
  RawClient client(server.port(), milliseconds(5'000));
  const std::string block(1 << 20, 'a');
  bool taken = client.send("GET / HTTP/1.1\r\nx: ");
  for (int i = 0; i < 100 && taken; ++i) taken = client.send(block);
  CHECK(client.closed_within(milliseconds(10'000)));
  CHECK(server.has_connections(0));
}

TEST_CASE("H11: 100 Continue comes after the checks, and only for one who waits") {
  EchoServer server;
  const std::string head =
      "POST /p HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
  RawClient waiting(server.port());
  waiting.send(head);
  CHECK(waiting.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  waiting.send("hi");
  CHECK(waiting.read_response().body == "POST /p hi");

  RawClient hasty(server.port());
  hasty.send(head + "hi");
  CHECK(hasty.read_response().body == "POST /p hi");
}

TEST_CASE("H11: a refused head gets its answer instead of 100 Continue") {
  EchoServer server({}, {}, [](const http::Request& head) -> std::optional<http::Response> {
    CHECK(head.body.empty());
    if (head.target == "/ok") return std::nullopt;
    http::Response response;
    response.status = 401;
    response.body = "who are you";
    return response;
  });
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
  RawResponse response = client.read_response();
  CHECK(response.status == 401);
  CHECK(response.header("connection") == "close");
  CHECK(client.read_to_end().empty());

  // A body that came along costs nothing, so the connection stays.
  RawClient other(server.port());
  other.send(post("hi"));
  response = other.read_response();
  CHECK(response.status == 401);
  CHECK(response.header("connection").empty());
  other.send("GET /ok HTTP/1.1\r\nhost: a\r\n\r\n");
  CHECK(other.read_response().body == "GET /ok ");
}

TEST_CASE("A28: 413 by Content-Length, before the body and without 100 Continue") {
  http::Limits limits;
  limits.max_body_bytes = 1000;
  EchoServer server(limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n");
  const RawResponse response = client.read_response();
  CHECK(response.status == 413);
  CHECK(response.header("connection") == "close");
  CHECK(client.read_to_end().empty());
  RawClient fits(server.port());
  fits.send(post(std::string(1000, 'a')));
  CHECK(fits.read_response().status == 200);
}

TEST_CASE("A28: the 413 arrives though the client goes on sending") {
  http::Limits limits;
  limits.max_body_bytes = 1000;
  EchoServer server(limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4000000\r\n\r\n");
  client.send(std::string(4'000'000, 'a'));
  CHECK(client.read_response().status == 413);
}

TEST_CASE("A29: a chunked body stops at the limit") {
  http::Limits limits;
  limits.max_body_bytes = 100'000;
  EchoServer server(limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
  const std::string chunk = "2710\r\n" + std::string(10'000, 'a') + "\r\n";
  for (int i = 0; i < 11; ++i) client.send(chunk);
  CHECK(client.read_response().status == 413);
  CHECK(client.read_to_end().empty());
  CHECK(server.handler().handled.value() == 0);
}

TEST_CASE("H15: pipelined requests are answered in order, one after the other") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet + post("two") + kGet);
  answers.with(0, [](http::Responder& responder) {
    responder.start(200, {});
    responder.write("first ");
  });
  CHECK(answers.arrived.value() == 1);
  answers.with(0, [](http::Responder& responder) {
    responder.write("answer");
    responder.end();
  });
  answers.with(1, [](http::Responder& responder) { responder.send({200, {}, "second", false}); });
  answers.with(2, [](http::Responder& responder) { responder.send({200, {}, "third", true}); });
  CHECK(client.read_response().body == "first answer");
  CHECK(client.read_response().body == "second");
  const RawResponse last = client.read_response();
  CHECK(last.body == "third");
  CHECK(last.header("connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("H15: a thousand pipelined requests") {
  EchoServer server;
  RawClient client(server.port());
  std::thread sender([&] {
    for (int i = 0; i < 1000; ++i)
      client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nhost: a\r\n\r\n");
  });
  bool in_order = true;
  for (int i = 0; i < 1000; ++i) {
    if (client.read_response().body != "GET /" + std::to_string(i) + " ") in_order = false;
  }
  sender.join();
  CHECK(in_order);
}

TEST_CASE("H27: HEAD gets headers only, with the right length") {
  EchoServer server;
  RawClient client(server.port());
  client.send("HEAD /abc HTTP/1.1\r\nhost: a\r\n\r\n" + kGet);
  const RawResponse response = client.read_response(true);
  CHECK(response.status == 200);
  CHECK(response.header("content-length") == "10");
  CHECK(client.read_response().body == "GET /a ");
}

TEST_CASE("H27: HEAD of a stream, and answers that have no body") {
  EchoServer server(
      {}, [](const http::Request& request, const std::shared_ptr<http::Responder>& responder) {
        if (request.target == "/204") return responder->send({204, {}, "lost", false});
        responder->start(200, {{"x-a", "1"}});
        CHECK(responder->write("never seen"));
        responder->end();
      });
  RawClient client(server.port());
  client.send("HEAD /s HTTP/1.1\r\nhost: a\r\n\r\nGET /204 HTTP/1.1\r\nhost: a\r\n\r\n" + kGet);
  CHECK(client.read_response(true).header("x-a") == "1");
  const RawResponse empty = client.read_response();
  CHECK(empty.status == 204);
  CHECK(empty.header("content-length").empty());
  CHECK(client.read_response().body == "never seen");
}

TEST_CASE("H10: HTTP/1.0 gets a stream that the close ends, and keep-alive if it asks") {
  EchoServer server(
      {}, [](const http::Request& request, const std::shared_ptr<http::Responder>& responder) {
        if (request.target != "/stream") return responder->send({200, {}, "short", false});
        responder->start(200, {});
        responder->write("one ");
        responder->write("two");
        responder->end();
      });
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
  const RawResponse streamed = client.read_response();
  CHECK(streamed.header("transfer-encoding").empty());
  CHECK(streamed.header("connection") == "close");
  CHECK(streamed.body == "one two");
  CHECK(streamed.complete);

  RawClient kept(server.port());
  kept.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
  CHECK(kept.read_response().header("connection") == "keep-alive");
  kept.send("GET / HTTP/1.0\r\n\r\n");
  const RawResponse last = kept.read_response();
  CHECK(last.body == "short");
  CHECK(last.header("connection") == "close");
  CHECK(kept.read_to_end().empty());
}

TEST_CASE("H30: an upgrade is ignored") {
  EchoServer server;
  RawClient client(server.port());
  client.send(
      "GET /a HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n"
      "http2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n");
  CHECK(client.read_response().body == "GET /a ");
  client.send(kGet);
  CHECK(client.read_response().status == 200);
}

TEST_CASE("the client's connection: close is honoured") {
  EchoServer server;
  RawClient client(server.port());
  client.send("GET /a HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  CHECK(client.read_response().header("connection") == "close");
  CHECK(client.read_to_end().empty());
  CHECK(!client.was_reset());
}

TEST_CASE("S12: an exception in the handler is a 500 that does not tell what it was") {
  EchoServer server(
      {}, [](const http::Request& request, const std::shared_ptr<http::Responder>& responder) {
        if (request.target == "/late") responder->start(200, {});
        throw std::runtime_error("secret");
      });
  RawClient client(server.port());
  client.send(kGet);
  const RawResponse response = client.read_response();
  CHECK(response.status == 500);
  CHECK(response.body.find("secret") == std::string::npos);
  client.send("GET /late HTTP/1.1\r\nhost: a\r\n\r\n");
  CHECK(!client.read_response().complete);
  CHECK(server.has_connections(0));
}

}  // namespace
}  // namespace proxx::test
