#include "mock/mock.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "support/raw_client.h"
#include "unit/mock/mock_test_support.h"

namespace proxx::mock {
namespace {

using Json = nlohmann::ordered_json;
using test::RawClient;
using test::RawResponse;

/// A mock on a loop and a thread of its own.
class MockThread {
 public:
  explicit MockThread(MockOptions options = {})
      : mock_(std::make_unique<Mock>(loop_, std::move(options))),
        port_(mock_->listen().value()),
        thread_([this] { loop_.run(); }) {}
  ~MockThread() {
    on_loop([this] { mock_.reset(); });
    work_.reset();
    thread_.join();
  }
  MockThread(const MockThread&) = delete;
  MockThread& operator=(const MockThread&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }

  void on_loop(const std::function<void()>& action) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      action();
      done.set_value();
    });
    done.get_future().get();
  }

  MockCounts counts() {
    MockCounts out;
    on_loop([&] { out = mock_->counts(); });
    return out;
  }

  /// True as soon as `wanted` holds, false after ten seconds.
  bool reaches(const std::function<bool(const MockCounts&)>& wanted) {
    for (int i = 0; i < 1000; ++i) {
      if (wanted(counts())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Mock& mock() { return *mock_; }

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  std::unique_ptr<Mock> mock_;
  uint16_t port_;
  std::thread thread_;
};

std::string post(const std::string& target, const std::string& body,
                 const std::string& more_headers = "x-api-key: k\r\n") {
  return "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more_headers +
         "anthropic-version: 2023-06-01\r\ncontent-type: application/json\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& target, const std::string& method = "GET") {
  return method + " " + target +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n\r\n";
}

std::string message(const std::string& prompt, bool stream = false) {
  auto out = request_for("mock-1");
  out["messages"][0]["content"] = prompt;
  if (stream) out["stream"] = true;
  return post("/v1/messages?beta=true", out.dump());
}

RawResponse ask(uint16_t port, const std::string& bytes, bool to_head = false) {
  RawClient client(port);
  client.send(bytes);
  return client.read_response(to_head);
}

}  // namespace

TEST_CASE("the mock answers messages over HTTP, in both forms") {
  MockThread server;
  const RawResponse json = ask(server.port(), message("hi"));
  CHECK(json.status == 200);
  CHECK(json.header("content-type") == "application/json");
  CHECK(json.header("request-id") == "req_mock_00000001");
  CHECK(json.header("anthropic-ratelimit-requests-limit") == "4000");
  CHECK(Json::parse(json.body)["content"][0]["text"] ==
        "Hello from the mock upstream. You said: hi");

  const RawResponse events = ask(server.port(), message("hi", true));
  CHECK(events.status == 200);
  CHECK(events.complete);
  CHECK(events.header("content-type").starts_with("text/event-stream"));
  CHECK(events.body.starts_with("event: message_start\n"));
  CHECK(events.body.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
  CHECK(server.counts().messages == 2);
  CHECK(server.reaches([](const MockCounts& counts) { return counts.open == 0; }));
}

TEST_CASE("routes") {
  MockThread server;
  const auto counted =
      post("/v1/messages/count_tokens",
           R"({"model":"claude-opus-5-5","messages":[{"role":"user","content":"hi"}]})");
  CHECK(Json::parse(ask(server.port(), counted).body)["input_tokens"] > 0);
  CHECK(ask(server.port(), get("/", "HEAD"), true).status == 200);
  CHECK(Json::parse(ask(server.port(), get("/v1/models?limit=2")).body)["data"].size() == 2);
  CHECK(Json::parse(ask(server.port(), get("/v1/models")).body)["data"].size() > 2);
  CHECK(Json::parse(ask(server.port(), get("/v1/models/claude-haiku-4-5")).body)["id"] ==
        "claude-haiku-4-5-20251001");
  CHECK(ask(server.port(), get("/v1/models/gpt-4o")).status == 404);
  CHECK(ask(server.port(), get("/v1/messages")).status == 405);
  const RawResponse lost = ask(server.port(), post("/v1/chat/completions", "{}"));
  CHECK(lost.status == 404);
  CHECK(Json::parse(lost.body)["error"]["type"] == "not_found_error");
}

TEST_CASE("the rules stand before every script") {
  MockThread server({.script = "text"});
  const RawResponse keyless = ask(server.port(), post("/v1/messages", "{}", ""));
  CHECK(keyless.status == 401);
  CHECK(Json::parse(keyless.body)["error"]["type"] == "authentication_error");
  const RawResponse bad = ask(server.port(), post("/v1/messages", R"({"model":"mock-1"})"));
  CHECK(bad.status == 400);
  CHECK(Json::parse(bad.body)["error"]["message"] == "messages: Field required");
  CHECK(server.counts().refused == 2);
}

TEST_CASE("a script is for all requests, and an unknown one is told at the start") {
  MockThread server({.script = "error-429"});
  const RawResponse limited = ask(server.port(), message("[[mock:text]]"));
  CHECK(limited.status == 429);
  CHECK(limited.header("retry-after") == "1");

  boost::asio::io_context loop;
  for (const char* script : {"nonsense", "/nowhere/at/all.sse"}) {
    Mock wrong(loop, {.script = script});
    const auto port = wrong.listen();
    REQUIRE_FALSE(port);
    CHECK(port.error().kind == ErrorKind::usage);
    CHECK(port.error().message.find(script) != std::string::npos);
  }
}

TEST_CASE("a file is sent as it is") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("proxx-mock-" + std::to_string(::getpid()) + ".sse");
  std::ofstream(path) << "event: ping\ndata: {\"type\":\"ping\"}\n\n";
  MockThread server({.script = path.string()});
  std::filesystem::remove(path);
  const RawResponse events = ask(server.port(), message("hi"));
  CHECK(events.header("content-type").starts_with("text/event-stream"));
  CHECK(events.body == "event: ping\ndata: {\"type\":\"ping\"}\n\n");
}

TEST_CASE("what cuts the connection") {
  MockThread server;
  CHECK(ask(server.port(), message("[[mock:reset]]", true)).status == 0);
  const RawResponse cut = ask(server.port(), message("[[mock:reset-mid-stream]]", true));
  CHECK(cut.status == 200);
  CHECK_FALSE(cut.complete);
  CHECK(cut.body.starts_with("event: message_start"));
  const RawResponse clean = ask(server.port(), message("[[mock:truncated]]", true));
  CHECK(clean.complete);
  CHECK(clean.body.find("message_stop") == std::string::npos);
}

TEST_CASE("one byte a write gives the same bytes") {
  MockThread server;
  const RawResponse response = ask(server.port(), message("[[mock:one-byte]]", true));
  CHECK(response.complete);
  CHECK(response.body.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
}

TEST_CASE("an event of 17 MiB waits for its client") {
  MockThread server;
  const RawResponse response = ask(server.port(), message("[[mock:oversized-event]]", true));
  CHECK(response.complete);
  CHECK(response.body.size() > size_t{17} << 20);
}

TEST_CASE("an answer ends when its client is gone") {
  MockThread server;
  for (const char* prompt : {"[[mock:hang]]", "[[mock:stall]]", "[[mock:slow]]"}) {
    RawClient client(server.port());
    client.send(message(prompt, true));
    REQUIRE(server.reaches([](const MockCounts& counts) { return counts.open == 1; }));
    client.close();
    CHECK(server.reaches([](const MockCounts& counts) { return counts.open == 0; }));
  }
  CHECK(server.counts().cancelled == 3);
}

TEST_CASE("the mock's end cuts what is under way") {
  std::optional<MockThread> server(std::in_place);
  RawClient client(server->port());
  client.send(message("[[mock:stall]]", true));
  CHECK(client.read_until("message_start").ends_with("message_start"));
  server.reset();
  CHECK(client.closed_within(std::chrono::seconds(10)));
}

TEST_CASE("the delay stands between events") {
  MockThread server({.script = "", .delay = std::chrono::milliseconds(20)});
  const auto begin = std::chrono::steady_clock::now();
  CHECK(ask(server.port(), message("hi", true)).complete);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(100));
}

TEST_CASE("the last requests are remembered") {
  MockThread server({.script = "", .keep_requests = 2});
  for (const char* prompt : {"one", "two", "three"}) (void)ask(server.port(), message(prompt));
  server.on_loop([&] {
    REQUIRE(server.mock().requests().size() == 2);
    CHECK(server.mock().requests()[0].body.find("two") != std::string::npos);
    CHECK(server.mock().requests()[1].target == "/v1/messages?beta=true");
    CHECK(server.mock().requests()[1].header("X-API-Key") == "k");
  });
}

TEST_CASE("errors of the HTTP layer have upstream's shape too") {
  MockThread server;
  const RawResponse bad = ask(server.port(), "GET / HTTP/1.1\r\n\r\n");
  CHECK(bad.status == 400);
  CHECK(Json::parse(bad.body)["error"]["type"] == "invalid_request_error");
}

}  // namespace proxx::mock
