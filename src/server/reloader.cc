#include "server/reloader.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace proxx::server {

struct Reloader::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& loop_arg, Read read_arg, OnRead on_read_arg)
      : loop(&loop_arg), read(std::move(read_arg)), on_read(std::move(on_read_arg)) {}

  void begin();
  void run();
  void finish(Result<LiveOptions> result);

  std::mutex mutex;
  boost::asio::io_context* loop;  ///< null once the reloader is gone; by `mutex`
  std::atomic<bool> stop{false};
  const Read read;
  const OnRead on_read;
  // Of the loop's thread.
  bool running = false;
  bool again = false;
};

void Reloader::State::begin() {
  running = true;
  try {
    std::thread([self = shared_from_this()] { self->run(); }).detach();
  } catch (const std::system_error& error) {
    finish(err(ErrorKind::internal, std::string("cannot start a thread: ") + error.what()));
  }
}

void Reloader::State::run() {
  Result<LiveOptions> result = err(ErrorKind::internal, "internal error");
  try {
    result = read(stop);
  } catch (const std::exception&) {
    // As it was.
  }
  const std::lock_guard lock(mutex);
  if (loop == nullptr) return;
  boost::asio::post(*loop, [self = shared_from_this(), result = std::move(result)]() mutable {
    if (!self->stop) self->finish(std::move(result));
  });
}

void Reloader::State::finish(Result<LiveOptions> result) {
  running = false;
  on_read(std::move(result));
  if (std::exchange(again, false)) begin();
}

Reloader::Reloader(boost::asio::io_context& loop, Read read, OnRead on_read)
    : state_(std::make_shared<State>(loop, std::move(read), std::move(on_read))) {}

Reloader::~Reloader() {
  state_->stop = true;
  const std::lock_guard lock(state_->mutex);
  state_->loop = nullptr;
}

void Reloader::start() {
  if (state_->running) {
    state_->again = true;
  } else {
    state_->begin();
  }
}

}  // namespace proxx::server
