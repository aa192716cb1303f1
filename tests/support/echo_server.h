#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http/server.h"

namespace proxx::test {

/// Counts what happens on another thread.
class Counter {
 public:
  void add();
  /// True as soon as `count` is reached, false after ten seconds.
  bool reaches(int count);
  [[nodiscard]] int value() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

/// Answers with `METHOD target body`, unless told otherwise; errors with `STATUS what`. Of what
/// comes over the limit of connections it answers `/probe`.
class EchoHandler final : public http::Handler {
 public:
  using Check = std::function<std::optional<http::Response>(const http::Request&)>;
  using Handle = std::function<void(http::Request, std::shared_ptr<http::Responder>)>;

  Check on_check;
  Handle on_handle;
  Counter checked;
  Counter handled;

  std::optional<http::Response> check(const http::Request& request) override;
  bool answers_over_limit(const http::Request& request) override;
  void handle(http::Request request, std::shared_ptr<http::Responder> responder) override;
  http::Response error(int status, std::string_view what) override;
};

/// An http::Server on a loop and a thread of its own, with an EchoHandler.
class EchoServer {
 public:
  explicit EchoServer(http::Limits limits = {}, EchoHandler::Handle on_handle = {},
                      EchoHandler::Check on_check = {});
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// Runs `action` on the loop's thread and returns when it is done.
  void on_loop(const std::function<void()>& action);
  http::Server& server();
  EchoHandler& handler();
  /// connections() comes to `count` within ten seconds.
  bool has_connections(size_t count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A handler that keeps its responders: for answers that take their time.
class HeldAnswers {
 public:
  explicit HeldAnswers(EchoServer& server);
  ~HeldAnswers();
  HeldAnswers(const HeldAnswers&) = delete;
  HeldAnswers& operator=(const HeldAnswers&) = delete;

  Counter arrived;
  Counter gone;
  Counter sent;

  /// Waits for the request, then runs `action` on its responder, on the loop.
  void with(size_t index, const std::function<void(http::Responder&)>& action);
  void drop(size_t index);

 private:
  EchoServer& server_;
  std::vector<std::shared_ptr<http::Responder>> responders_;  // loop thread only
};

}  // namespace proxx::test
