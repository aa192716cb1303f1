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

/// Reads the configuration and the keys again, on a thread of its own: files and api_key_command
/// may take their time. One reading at a time; whoever asks meanwhile gets one more behind it.
class Reloader {
 public:
  /// Called beside the loop. `stop` becomes true when nobody waits for it any more.
  using Read = std::function<Result<LiveOptions>(const std::atomic<bool>& stop)>;
  /// Called on the loop.
  using OnRead = std::function<void(Result<LiveOptions>)>;

  /// `loop` must outlive the reloader.
  Reloader(boost::asio::io_context& loop, Read read, OnRead on_read);
  /// A reading under way is told to stop, and not waited for.
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
