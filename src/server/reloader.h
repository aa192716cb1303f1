#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "base/result.h"
#include "server/live.h"

namespace boost::asio {
class io_context;
}

namespace proxx::server {

/// Reads the configuration and the keys again, on its own thread: files and api_key_command may be
/// slow. One reading at a time; a start() meanwhile causes one more after it.
class Reloader {
 public:
  /// Called beside the loop. `stop` becomes true when nobody waits for it any more.
  using Read = std::function<Result<LiveOptions>(const std::atomic<bool>& stop)>;
  /// Called on the loop.
  using OnRead = std::function<void(Result<LiveOptions>)>;

  /// `loop` must outlive the reloader.
  Reloader(boost::asio::io_context& loop, Read read, OnRead on_read);
  /// Tells a reading under way to stop and does not wait for it.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// On the loop.
  void start();

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the thread, which may outlive the reloader
};

}  // namespace proxx::server
