// Listening, admission, several loops, drain and stop.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "support/echo_server.h"
#include "support/raw_client.h"

namespace proxx::test {
namespace {

namespace asio = boost::asio;
using http::ListenOptions;
using http::Responder;
using std::chrono::milliseconds;

const std::string kGet = "GET /a HTTP/1.1\r\nhost: a\r\n\r\n";

/// A server that is not run.
struct Bound {
  asio::io_context loop;
  EchoHandler handler;
  http::Server server{loop, handler, {}};
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "proxx-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST_CASE("S2: a port in use is a usage error that names the address") {
  Bound first;
  REQUIRE(first.server.listen({}));
  CHECK(first.server.port() != 0);
  Bound second;
  ListenOptions options;
  options.port = first.server.port();
  const auto listening = second.server.listen(options);
  REQUIRE(!listening);
  CHECK(listening.error().kind == ErrorKind::usage);
  CHECK(listening.error().message ==
        "cannot listen on 127.0.0.1:" + std::to_string(options.port) + ": Address already in use");
}

TEST_CASE("addresses that cannot be had are named") {
  Bound bound;
  ListenOptions options;
  options.host = "192.0.2.1";
  options.port = 1;
  const auto listening = bound.server.listen(options);
  REQUIRE(!listening);
  CHECK(listening.error().message ==
        "cannot listen on 192.0.2.1:1: Cannot assign requested address");
  options.unix_path = std::string(200, 'x');
  CHECK(bound.server.listen(options).error().message.find("too long") != std::string::npos);
}

TEST_CASE("a Unix socket: private, refused while in use, replaced when stale, gone at the end") {
  const TemporaryFolder folder;
  ListenOptions options;
  options.unix_path = folder.file("socket");
  struct stat status {};
  {
    Bound first;
    REQUIRE(first.server.listen(options));
    CHECK(first.server.port() == 0);
    REQUIRE(lstat(options.unix_path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    Bound second;
    const auto listening = second.server.listen(options);
    REQUIRE(!listening);
    CHECK(listening.error().message.find("Address already in use") != std::string::npos);

    std::thread thread([&] { first.loop.run_for(std::chrono::seconds(2)); });
    RawClient client(options.unix_path);
    client.send(kGet);
    CHECK(client.read_response().status == 200);
    first.loop.stop();
    thread.join();
  }
  CHECK(!std::filesystem::exists(options.unix_path));

  const pid_t child = fork();
  if (child == 0) {
    Bound killed;
    _exit(killed.server.listen(options) ? 0 : 1);
  }
  int result = 1;
  waitpid(child, &result, 0);
  CHECK(result == 0);
  CHECK(std::filesystem::exists(options.unix_path));
  Bound after;
  CHECK(after.server.listen(options));

  options.unix_path = folder.file("file");
  std::ofstream(options.unix_path) << "precious";
  Bound careful;
  CHECK(!careful.server.listen(options));
  CHECK(std::filesystem::file_size(options.unix_path) == 8);
}

TEST_CASE("the peer is named") {
  std::string peer;
  Counter known;
  EchoServer server({},
                    [&](const http::Request& request, const std::shared_ptr<Responder>& responder) {
                      peer = request.peer;
                      responder->send({});
                      known.add();
                    });
  RawClient client(server.port());
  client.send(kGet);
  REQUIRE(known.reaches(1));
  CHECK(peer.substr(0, 10) == "127.0.0.1:");
}

TEST_CASE("H33: over max_connections is a 503 with retry-after, and the rest goes on") {
  http::Limits limits;
  limits.max_connections = 2;
  EchoServer server(limits);
  RawClient one(server.port());
  auto two = std::make_unique<RawClient>(server.port());
  one.send(kGet);
  two->send(kGet);
  CHECK(one.read_response().status == 200);
  CHECK(two->read_response().status == 200);
  {
    RawClient three(server.port());
    three.send(kGet);
    const RawResponse response = three.read_response();
    CHECK(response.status == 503);
    CHECK(response.header("retry-after") == "1");
    CHECK(response.header("connection") == "close");
    CHECK(three.read_to_end().empty());
  }
  for (const bool keeps_alive : {true, false}) {
    RawClient probe(server.port());
    probe.send(keeps_alive ? "GET /probe HTTP/1.1\r\nHost: a\r\n\r\nGET /probe HTTP/1.1\r\n"
                           : "GET /probe HTTP/1.0\r\n\r\n");
    CHECK(probe.read_response().status == 200);
    CHECK(probe.read_to_end().empty());
  }
  one.send(kGet);
  CHECK(one.read_response().status == 200);
  two.reset();
  CHECK(server.has_connections(1));
  RawClient four(server.port());
  four.send(kGet);
  CHECK(four.read_response().status == 200);
}

TEST_CASE("H33: a connection over max_connections that asks nothing in time is told 503, too") {
  http::Limits limits;
  limits.max_connections = 0;
  limits.over_limit_time = std::chrono::milliseconds(20);
  limits.header_time = limits.body_gap_time = limits.body_time = std::chrono::hours(1);
  EchoServer server(limits);
  for (const std::string begun : {"", "GET / HT"}) {
    RawClient client(server.port());
    client.send(begun);
    CHECK(client.read_response().status == 503);
    CHECK(client.read_to_end().empty());
  }
  RawClient probe(server.port());
  probe.send("POST /probe HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  CHECK(probe.read_response().status == 408);
}

TEST_CASE("S4: out of descriptors, accepting pauses and recovers, and connections go on") {
  // In a process of its own: the descriptor limit is the whole process's.
  const pid_t child = fork();
  if (child != 0) {
    int result = 1;
    waitpid(child, &result, 0);
    CHECK(WIFEXITED(result));
    CHECK(WEXITSTATUS(result) == 0);
    return;
  }
  EchoServer server;
  RawClient early(server.port());
  early.send(kGet);
  bool good = early.read_response().status == 200;
  server.on_loop([] {});  // UBSan's check of a type opens a pipe, the first time
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 4; ++i) {
    server.on_loop([&] {
      // The client takes the last descriptor, so none is left for the server.
      const rlimit enough{256, 4096};
      setrlimit(RLIMIT_NOFILE, &enough);
      const int next = dup(0);
      ::close(next);
      const rlimit limit{static_cast<rlim_t>(next) + 1, 4096};
      setrlimit(RLIMIT_NOFILE, &limit);
      waiting.push_back(std::make_unique<RawClient>(server.port(), milliseconds(20'000)));
    });
    waiting.back()->send(kGet);
  }
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  std::this_thread::sleep_for(milliseconds(500));
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  const auto used_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1'000'000 +
                       after.ru_utime.tv_usec - before.ru_utime.tv_usec;
  good = good && used_us < 250'000;
  early.send(kGet);
  good = good && early.read_response().status == 200;
  const rlimit enough{256, 4096};
  setrlimit(RLIMIT_NOFILE, &enough);
  for (const auto& client : waiting) good = good && client->read_response().status == 200;
  _exit(good ? 0 : 1);
}

TEST_CASE("connections are dealt to the loops in turn, each with its own handler") {
  struct Lane {
    asio::io_context loop;
    asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
    EchoHandler handler;
  };
  Lane lanes[2];
  auto server = std::make_unique<http::Server>(lanes[0].loop, lanes[0].handler, http::Limits{});
  server->add_loop(lanes[1].loop, lanes[1].handler);
  REQUIRE(server->listen({}));
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) threads[i] = std::thread([&lanes, i] { lanes[i].loop.run(); });
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port()));
    clients.back()->send(kGet);
    CHECK(clients.back()->read_response().status == 200);
  }
  CHECK(lanes[0].handler.handled.value() == 5);
  CHECK(lanes[1].handler.handled.value() == 5);
  server->stop();
  for (const auto& client : clients) CHECK(client->closed_within(milliseconds(10'000)));
  for (Lane& lane : lanes) lane.loop.stop();
  for (std::thread& thread : threads) thread.join();
  CHECK(server->connections() == 0);
}

TEST_CASE("S1: drain closes what is idle, lets answers finish, and tells new ones") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient idle(server.port());
  RawClient busy(server.port());
  RawClient streaming(server.port());
  busy.send(kGet);
  CHECK(answers.arrived.reaches(1));
  streaming.send(kGet);
  answers.with(1, [](Responder& responder) {
    responder.start(200, {});
    responder.write("a");
  });
  CHECK(server.has_connections(3));
  server.on_loop([&] { server.server().drain(); });
  CHECK(idle.closed_within(milliseconds(10'000)));
  RawClient late(server.port());
  late.send(kGet);
  answers.with(2, [](Responder& responder) { responder.send({503, {}, "", false}); });
  const RawResponse told = late.read_response();
  CHECK(told.status == 503);
  CHECK(told.header("connection") == "close");
  answers.with(0, [](Responder& responder) { responder.send({200, {}, "b", false}); });
  CHECK(busy.read_response().header("connection") == "close");
  answers.with(1, [](Responder& responder) { responder.end(); });
  CHECK(streaming.read_response().complete);
  CHECK(busy.read_to_end().empty());
  CHECK(streaming.read_to_end().empty());
  CHECK(server.has_connections(0));
}

TEST_CASE("stop cuts connections, tells the handler, and frees the port") {
  EchoServer server;
  HeldAnswers answers(server);
  RawClient client(server.port());
  client.send(kGet);
  CHECK(answers.arrived.reaches(1));
  server.on_loop([&] { server.server().stop(); });
  CHECK(answers.gone.reaches(1));
  CHECK(client.closed_within(milliseconds(10'000)));
  CHECK(server.server().connections() == 0);
  CHECK_THROWS(RawClient(server.port()));
}

TEST_CASE("a server may be destroyed before the responders that are still held") {
  asio::io_context loop;
  std::shared_ptr<Responder> held;
  EchoHandler handler;
  handler.on_handle = [&](const http::Request&, std::shared_ptr<Responder> responder) {
    held = std::move(responder);
    held->on_gone([] { FAIL("nobody is told"); });
    loop.stop();
  };
  auto server = std::make_unique<http::Server>(loop, handler, http::Limits{});
  REQUIRE(server->listen({}));
  RawClient client(server->port());
  client.send(kGet);
  loop.run_for(std::chrono::seconds(10));
  REQUIRE(held);
  server.reset();
  held->start(200, {});
  CHECK(held->write("x"));
  held->end();
  CHECK(client.closed_within(milliseconds(10'000)));
  loop.restart();
  loop.run_for(milliseconds(10));
}

}  // namespace
}  // namespace proxx::test
