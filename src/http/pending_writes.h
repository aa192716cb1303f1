#pragma once
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace proxx::http {

/// The transports of a loop whose output waits for the end of a turn. A turn is one handler of the
/// loop, whatever it writes how often; who knows that one handler will serve many transports
/// hold()s the writes before and run()s them behind, which spares the loop a round in between.
class PendingWrites : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;  // NOLINT: asio's name for it
  static PendingWrites& of(boost::asio::io_context& loop);

  explicit PendingWrites(boost::asio::execution_context& loop);

  /// Calls `write(transport)` at the end of the turn, if `owner` is still alive.
  void add(std::weak_ptr<void> owner, void* transport, void (*write)(void* transport));

  void hold() { held_ = true; }
  void run();

 private:
  struct Write {
    std::weak_ptr<void> owner;
    void* transport;
    void (*write)(void* transport);
  };
  struct Batch;
  void shutdown() noexcept override { writes_.clear(); }
  void post_run();

  boost::asio::io_context& loop_;
  std::vector<Write> writes_;
  bool held_ = false;
  bool posted_ = false;
};

}  // namespace proxx::http
