#pragma once
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/fault_server.h"
#include "upstream/curl/engine.h"

namespace proxx::test {

/// Keeps what a call brings; the hooks run after the keeping.
struct Recorder final : UpstreamHandler {
  std::optional<UpstreamHead> head;
  std::string data;
  size_t bytes = 0;
  bool keep_data = true;
  std::optional<Status> done;
  std::function<void()> then_head, then_data, then_caught_up, then_done;
  size_t caught_up_at = 0;  ///< `bytes` when it was last told so

  bool sending = false;

  void on_sending() override { sending = true; }
  void on_head(UpstreamHead it) override {
    head = std::move(it);
    if (then_head) then_head();
  }
  void on_data(std::string_view more) override {
    bytes += more.size();
    if (keep_data) data += more;
    if (then_data) then_data();
  }
  void on_caught_up() override {
    caught_up_at = bytes;
    if (then_caught_up) then_caught_up();
  }
  void on_done(Status status) override {
    done = std::move(status);
    if (then_done) then_done();
  }

  /// The hook named "head", "data", "caught_up" or "done".
  [[nodiscard]] std::function<void()>& hook(std::string_view name) {
    return name == "head"        ? then_head
           : name == "data"      ? then_data
           : name == "caught_up" ? then_caught_up
                                 : then_done;
  }
  [[nodiscard]] bool ok() const { return done && done->has_value(); }
  [[nodiscard]] ErrorKind kind() const {
    return done && !done->has_value() ? done->error().kind : ErrorKind::usage;
  }
  [[nodiscard]] std::string message() const {
    return done && !done->has_value() ? done->error().message : "";
  }
};

/// A server, and an engine that talks to it on a loop that the test turns.
struct Harness {
  explicit Harness(std::vector<Script> scripts, FaultServerOptions server_options = {},
                   EngineOptions options = {})
      : server(std::move(scripts), server_options) {
    open(std::move(options));
  }
  explicit Harness(FaultServer::Scripter scripter, EngineOptions options = {},
                   FaultServerOptions server_options = {})
      : server(std::move(scripter), server_options) {
    open(std::move(options));
  }

  void open(EngineOptions options) {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY"})
      ::unsetenv(name);
    if (options.base_url.empty()) options.base_url = server.url();
    engine = std::make_unique<Engine>(loop, std::move(options));
  }

  [[nodiscard]] std::unique_ptr<UpstreamCall> start(UpstreamHandler& handler,
                                                    UpstreamTimeouts timeouts = {},
                                                    std::string body = "{}") {
    UpstreamRequest request;
    request.path = "/v1/messages";
    request.headers = {{"Content-Type", "application/json"}, {"x-api-key", "sk-test-secret"}};
    request.body = std::move(body);
    request.timeouts = timeouts;
    return engine->start(std::move(request), handler);
  }

  /// Turns the loop until `ready`; false after a minute.
  bool until(const std::function<bool()>& ready) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!ready()) {
      if (std::chrono::steady_clock::now() > limit) return false;
      loop.restart();
      if (loop.run_one_for(std::chrono::milliseconds(5)) == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  bool until_done(const Recorder& recorder) {
    return until([&] { return recorder.done.has_value(); });
  }
  /// Turns the loop for a while, whatever happens.
  void turn_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    until([&] { return std::chrono::steady_clock::now() >= end; });
  }

  /// One call from start to end.
  Recorder fetch(UpstreamTimeouts timeouts = {}, std::string body = "{}") {
    Recorder recorder;
    const auto call = start(recorder, timeouts, std::move(body));
    until_done(recorder);
    return recorder;
  }

  FaultServer server;
  boost::asio::io_context loop;
  std::unique_ptr<Engine> engine;
};

/// A file of this test's own, gone with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string name = (std::filesystem::temp_directory_path() / "proxx-ca-XXXXXX").string();
    ::close(::mkstemp(name.data()));
    path_ = name;
    std::ofstream(path_) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline UpstreamTimeouts with_connect(int ms) {
  UpstreamTimeouts timeouts;
  timeouts.connect = std::chrono::milliseconds(ms);
  return timeouts;
}
inline UpstreamTimeouts with_first_byte(int ms) {
  UpstreamTimeouts timeouts;
  timeouts.first_byte = std::chrono::milliseconds(ms);
  return timeouts;
}
inline UpstreamTimeouts with_idle(int ms) {
  UpstreamTimeouts timeouts;
  timeouts.idle = std::chrono::milliseconds(ms);
  return timeouts;
}
inline UpstreamTimeouts with_total(int ms) {
  UpstreamTimeouts timeouts;
  timeouts.total = std::chrono::milliseconds(ms);
  return timeouts;
}

}  // namespace proxx::test
