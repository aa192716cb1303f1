#include "server/app.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "fixture.h"
#include "server/system.h"
#include "support/raw_client.h"

namespace proxx::server {
namespace {

/// serve() on a thread of its own, until the signals sent to this process end it.
class RunningApp {
 public:
  explicit RunningApp(int threads, std::chrono::milliseconds drain = std::chrono::seconds(5)) {
    AppOptions options;
    options.threads = threads;
    options.drain = drain;
    options.engine.base_url = "http://127.0.0.1:1";
    options.conversion.models = &models_;
    options.service = own_key_options();
    options.log = log_to(log_.fd());
    options.on_listening = [this](const std::string& where) { where_.set_value(where); };
    thread_ = std::thread([this, options] {
      auto ended = serve(options);
      if (!ended) where_.set_value(ended.error().message);
      ended_.set_value(std::move(ended));
    });
    address_ = where_.get_future().get();
  }
  /// A check that failed half-way must not leave it running.
  ~RunningApp() {
    if (result_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      std::raise(SIGTERM);
      std::raise(SIGTERM);
    }
    thread_.join();
  }
  RunningApp(const RunningApp&) = delete;
  RunningApp& operator=(const RunningApp&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] uint16_t port() const {
    return static_cast<uint16_t>(std::stoi(address_.substr(address_.rfind(':') + 1)));
  }
  Result<int> wait() { return result_.get(); }

 private:
  ModelTable models_;
  LogPipe log_;
  std::promise<std::string> where_;
  std::promise<Result<int>> ended_;
  std::shared_future<Result<int>> result_ = ended_.get_future().share();
  std::string address_;
  std::thread thread_;
};

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nhost: localhost\r\n\r\n";
}

TEST_CASE("S1: SIGTERM drains and ends with 0, with one loop and with three") {
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    RunningApp app(threads);
    CHECK(app.address() == "http://127.0.0.1:" + std::to_string(app.port()) + "/v1");
    for (int i = 0; i < 6; ++i) {
      test::RawClient client(app.port());
      client.send(get("/healthz"));
      CHECK(client.read_response().status == 200);
    }
    std::raise(SIGTERM);
    const auto ended = app.wait();
    REQUIRE(ended);
    CHECK(*ended == 0);
  }
}

TEST_CASE("S1: while draining it listens on and refuses; the second signal ends it at once") {
  RunningApp app(2, std::chrono::seconds(600));
  test::RawClient holding(app.port());
  holding.send(
      "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n");
  test::RawClient probe(app.port());
  probe.send(get("/readyz"));
  CHECK(probe.read_response().status == 200);
  std::raise(SIGTERM);
  int status = 200;
  // A connection that was made just before may be closed without an answer.
  for (int i = 0; i < 500 && status != 503; ++i) {
    test::RawClient late(app.port());
    late.send(get("/readyz"));
    status = late.read_response().status;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(status == 503);
  test::RawClient refused(app.port());
  refused.send(get("/v1/models"));
  const test::RawResponse answer = refused.read_response();
  CHECK(answer.status == 503);
  CHECK(answer.header("retry-after") == "1");
  CHECK(answer.header("connection") == "close");
  std::raise(SIGINT);
  const auto ended = app.wait();
  REQUIRE(ended);
  CHECK(*ended == SIGINT);
}

TEST_CASE("S2, S3: what cannot start says why") {
  ModelTable models;
  AppOptions options;
  options.engine.base_url = "http://127.0.0.1:1";
  options.conversion.models = &models;
  options.service = own_key_options();
  options.listen.host = "0.0.0.0";
  const auto exposed = serve(options);
  REQUIRE_FALSE(exposed);
  CHECK(exposed.error().kind == ErrorKind::usage);

  RunningApp app(1);
  options.listen.host = "127.0.0.1";
  options.listen.port = app.port();
  const auto taken = serve(options);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind == ErrorKind::usage);
  CHECK(has(taken.error().message, std::to_string(app.port())));
  std::raise(SIGTERM);
  CHECK(app.wait().value() == 0);
}

TEST_CASE("the service manager is told over its socket, abstract ones too") {
  const std::string name = "@proxx-test-" + std::to_string(getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, name.size());
  address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
  notify_systemd("READY=1", name.c_str());
  std::array<char, 64> got{};
  const ssize_t size = recv(fd, got.data(), got.size(), MSG_DONTWAIT);
  CHECK(std::string(got.data(), static_cast<size_t>(std::max<ssize_t>(size, 0))) == "READY=1");
  close(fd);
  notify_systemd("READY=1", name.c_str());
  notify_systemd("READY=1", nullptr);
  notify_systemd("READY=1", "");
  notify_systemd("READY=1", std::string(200, 'x').c_str());
}

TEST_CASE("the descriptor limit becomes the hard one") {
  raise_descriptor_limit();
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(limit.rlim_cur == limit.rlim_max);
}

}  // namespace
}  // namespace proxx::server
