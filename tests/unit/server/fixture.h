#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/service.h"
#include "support/fake_upstream.h"
#include "upstream/anthropic_provider.h"

namespace proxx::server {

inline http::Request request_of(std::string method, std::string target,
                                http::HeaderList headers = {}, std::string body = {}) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = std::move(headers);
  if (!request.header("host")) request.headers.emplace_back("Host", "127.0.0.1:8080");
  request.body = std::move(body);
  request.peer = "127.0.0.1:5000";
  return request;
}

/// The client's end, watched by the test.
class FakeResponder final : public http::Responder {
 public:
  void send(http::Response response) override {
    status = response.status;
    headers = std::move(response.headers);
    body = std::move(response.body);
    closes = response.close;
    sent = true;
  }
  void start(int start_status, http::HeaderList start_headers) override {
    status = start_status;
    headers = std::move(start_headers);
    started = true;
  }
  bool write(std::string_view bytes) override {
    body.append(bytes);
    return !full;
  }
  void end() override { ended = true; }
  void abort() override { aborted = true; }
  [[nodiscard]] size_t buffered_bytes() const override {
    return full ? 1 << 20 : held ? body.size() - sent_bytes : 0;
  }
  void on_drain(std::function<void()> callback) override { drained = std::move(callback); }
  void on_gone(std::function<void()> callback) override { gone = std::move(callback); }
  void on_sent(std::function<void()>) override {}

  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(find_header(headers, name).value_or(""));
  }

  int status = 0;
  http::HeaderList headers;
  std::string body;
  bool held = false;      ///< what is written waits, as it does until the end of a loop's turn
  size_t sent_bytes = 0;  ///< of the body, while held
  bool closes = false;
  bool sent = false;
  bool started = false;
  bool ended = false;
  bool aborted = false;
  bool full = false;  ///< write() says stop
  std::function<void()> drained;
  std::function<void()> gone;
};

/// A log whose lines can be read back.
class LogPipe {
 public:
  LogPipe() {
    if (pipe2(fds_.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("pipe2");
  }
  ~LogPipe() {
    close(fds_[0]);
    close(fds_[1]);
  }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  [[nodiscard]] int fd() const { return fds_[1]; }
  /// Everything logged so far.
  [[nodiscard]] const std::string& text() {
    std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = read(fds_[0], bytes.data(), bytes.size())) > 0;) {
      text_.append(bytes.data(), static_cast<size_t>(got));
    }
    return text_;
  }

 private:
  std::array<int, 2> fds_{};
  std::string text_;
};

inline LogOptions log_to(int fd, LogLevel level = LogLevel::debug) {
  LogOptions options;
  options.level = level;
  options.fd = fd;
  return options;
}

inline ServiceOptions own_key_options() {
  ServiceOptions options;
  options.keys.own.api_key = "sk-own-key";
  return options;
}

/// A service between a fake client and a fake upstream.
struct Harness {
  explicit Harness(ServiceOptions options = own_key_options())
      : shared{std::move(options), Log(log_to(log.fd())), Metrics(models)},
        context(make_context()) {}

  /// What the HTTP layer does with a request: check, then handle.
  std::shared_ptr<FakeResponder> ask(http::Request request) {
    auto client = std::make_shared<FakeResponder>();
    http::Request head = request;
    head.body.clear();
    if (auto refusal = service.check(head)) {
      client->send(std::move(*refusal));
    } else {
      service.handle(std::move(request), client);
    }
    return client;
  }
  std::shared_ptr<FakeResponder> chat(bool stream, http::HeaderList headers = {}) {
    return ask(request_of("POST", "/v1/chat/completions", std::move(headers),
                          std::string(R"({"model":"claude-sonnet-5-5","seed":7,"stream":)") +
                              (stream ? "true" : "false") +
                              R"(,"messages":[{"role":"user","content":"secret question"}]})"));
  }
  /// Runs what is ready.
  void turn() {
    loop.restart();
    loop.poll();
  }
  /// Runs until `done` holds, or a minute is over.
  template <class Done>
  bool run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done() && std::chrono::steady_clock::now() < end) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(20));
    }
    return done();
  }

  LogPipe log;
  boost::asio::io_context loop{1};
  test::FakeUpstream upstream;
  ModelTable models;
  Shared shared;
  AnthropicProvider provider{{}, secrets_held(shared.options.keys, {})};
  ExchangeContext context;
  Service service{context, shared};

 private:
  ExchangeContext make_context() {
    ExchangeContext made;
    made.loop = &loop;
    made.upstream = &upstream;
    made.provider = &provider;
    made.conversion.models = &models;
    return made;
  }
};

inline const HeaderList kEventStream = {{"content-type", "text/event-stream"},
                                        {"request-id", "req_up"}};
inline const HeaderList kJson = {{"content-type", "application/json"}, {"request-id", "req_up"}};

inline constexpr std::string_view kMessageStart =
    "event: message_start\n"
    R"(data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,)"
    R"("usage":{"input_tokens":10,"output_tokens":1}}})"
    "\n\nevent: content_block_start\n"
    R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
    "\n\n";
inline constexpr std::string_view kTextDelta =
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"secret answer"}})"
    "\n\n";
inline constexpr std::string_view kMessageEnd =
    "event: content_block_stop\n"
    R"(data: {"type":"content_block_stop","index":0})"
    "\n\nevent: message_delta\n"
    R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
    R"("usage":{"output_tokens":5}})"
    "\n\nevent: message_stop\n"
    R"(data: {"type":"message_stop"})"
    "\n\n";
inline constexpr std::string_view kPingEvent = "event: ping\ndata: {\"type\": \"ping\"}\n\n";

inline constexpr std::string_view kMessage =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5",)"
    R"("content":[{"type":"text","text":"secret answer"}],"stop_reason":"end_turn",)"
    R"("stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":5}})";

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace proxx::server
