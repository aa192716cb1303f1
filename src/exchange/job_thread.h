#pragma once
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <optional>

namespace boost::asio {
class io_context;
}

namespace proxx {

/// One thread beside an event loop, for work that would hold up the loop's streams. Jobs run one at
/// a time, in order. The thread starts with the first job; if none can be had, jobs run on the
/// loop. Used from the loop's thread only.
class JobThread {
 public:
  /// `loop` must outlive it.
  explicit JobThread(boost::asio::io_context& loop);
  /// Waits for the running job. Jobs that have not begun, and every `done`, are dropped.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  /// Runs `job` on the thread and then `done` on the loop, whose run() does not return before.
  /// `job` must not throw, nor touch anything that the loop may touch meanwhile.
  void run(std::function<void()> job, std::function<void()> done);

 private:
  boost::asio::io_context& loop_;
  std::optional<boost::asio::thread_pool> thread_;
};

}  // namespace proxx
