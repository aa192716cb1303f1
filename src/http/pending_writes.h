#pragma once
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

namespace proxx::http {

/// The transports of a loop that have output to send. All are written together in the loop's next
/// round, so a transport makes one system call for everything that one handler appended.
class PendingWrites : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;  // NOLINT: asio requires this name
  static PendingWrites& of(boost::asio::io_context& loop);

  explicit PendingWrites(boost::asio::execution_context& loop);

  /// Calls `write(transport)` in the loop's next round if `owner` is still alive then.
  void add(std::weak_ptr<void> owner, void* transport, void (*write)(void* transport));

 private:
  struct Write {
    std::weak_ptr<void> owner;
    void* transport;
    void (*write)(void* transport);
  };
  struct Batch;
  void shutdown() noexcept override { writes_.clear(); }
  void post_run();
  void run();

  boost::asio::io_context& loop_;
  std::vector<Write> writes_;
  bool posted_ = false;
};

}  // namespace proxx::http
