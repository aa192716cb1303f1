#include "support/echo_server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <stdexcept>
#include <thread>

namespace proxx::test {

namespace asio = boost::asio;
using std::chrono::seconds;

void Counter::add() {
  const std::lock_guard lock(mutex_);
  ++value_;
  changed_.notify_all();
}

bool Counter::reaches(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, seconds(60), [&] { return value_ >= count; });
}

int Counter::value() const {
  const std::lock_guard lock(mutex_);
  return value_;
}

std::optional<http::Response> EchoHandler::check(const http::Request& request) {
  checked.add();
  return on_check ? on_check(request) : std::nullopt;
}

bool EchoHandler::answers_over_limit(const http::Request& request) {
  return request.path() == "/probe";
}

void EchoHandler::handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  handled.add();
  if (on_handle) return on_handle(std::move(request), std::move(responder));
  http::Response response;
  response.headers = {{"content-type", "text/plain"}};
  response.body = request.method + " " + request.target + " " + request.body;
  responder->send(std::move(response));
}

http::Response EchoHandler::error(int status, std::string_view what) {
  http::Response response;
  response.status = status;
  response.headers = {{"content-type", "text/plain"}, {"x-request-id", "req_1"}};
  response.body = std::to_string(status) + " " + std::string(what);
  return response;
}

struct EchoServer::Impl {
  Impl(http::Limits limits, EchoHandler::Handle on_handle, EchoHandler::Check on_check)
      : server(loop, handler, limits) {
    handler.on_handle = std::move(on_handle);
    handler.on_check = std::move(on_check);
    if (const auto listening = server.listen({}); !listening)
      throw std::runtime_error(listening.error().message);
    port = server.port();
    thread = std::thread([this] { loop.run(); });
  }
  ~Impl() {
    loop.stop();
    thread.join();
  }

  asio::io_context loop;
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  EchoHandler handler;
  http::Server server;
  std::uint16_t port = 0;
  std::thread thread;
};

EchoServer::EchoServer(http::Limits limits, EchoHandler::Handle on_handle,
                       EchoHandler::Check on_check)
    : impl_(std::make_unique<Impl>(limits, std::move(on_handle), std::move(on_check))) {}
EchoServer::~EchoServer() = default;

std::uint16_t EchoServer::port() const {
  return impl_->port;
}
http::Server& EchoServer::server() {
  return impl_->server;
}
EchoHandler& EchoServer::handler() {
  return impl_->handler;
}

void EchoServer::on_loop(const std::function<void()>& action) {
  std::promise<void> done;
  asio::post(impl_->loop, [&] {
    action();
    done.set_value();
  });
  done.get_future().wait();
}

bool EchoServer::has_connections(size_t count) {
  for (int i = 0; i < 1000; ++i) {
    if (impl_->server.connections() == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  return false;
}

HeldAnswers::HeldAnswers(EchoServer& server) : server_(server) {
  server.on_loop([&] {
    server.handler().on_handle = [this](const http::Request&,
                                        std::shared_ptr<http::Responder> responder) {
      responder->on_gone([this] { gone.add(); });
      responder->on_sent([this] { sent.add(); });
      responders_.push_back(std::move(responder));
      arrived.add();
    };
  });
}

HeldAnswers::~HeldAnswers() {
  server_.on_loop([this] {
    for (const auto& responder : responders_) {
      if (responder) responder->abort();
    }
    responders_.clear();
    server_.handler().on_handle = nullptr;
  });
}

void HeldAnswers::with(size_t index, const std::function<void(http::Responder&)>& action) {
  if (!arrived.reaches(static_cast<int>(index) + 1))
    throw std::runtime_error("the request did not arrive");
  server_.on_loop([&] { action(*responders_[index]); });
}

void HeldAnswers::drop(size_t index) {
  server_.on_loop([&] { responders_[index].reset(); });
}

}  // namespace proxx::test
