#pragma once
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace boost::asio {
class io_context;
}

namespace proxx {

/// Threads beside an event loop, for work that would hold up the loop's streams: one for inputs up
/// to kShortJobBytes, so that these never wait for longer ones, and one for the others. Each runs
/// its jobs one at a time, in order, and starts with its first job; if none can be had, jobs run on
/// the loop. Used from the loop's thread only.
class JobThread {
  struct Job;

 public:
  /// Of the input. A job of that size takes some 40 ms at most.
  static constexpr size_t kShortJobBytes = size_t{2} << 20;

  /// Owns a job: once it is gone, a job that has not begun is dropped with its data, and the `done`
  /// of one that has. Must not outlive the loop.
  class Ticket {
   public:
    Ticket() = default;
    explicit Ticket(std::shared_ptr<Job> job) : job_(std::move(job)) {}
    ~Ticket() { drop(); }
    Ticket(Ticket&& other) noexcept : job_(std::move(other.job_)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      drop();
      job_ = std::move(other.job_);
      return *this;
    }

   private:
    void drop();
    std::shared_ptr<Job> job_;
  };

  /// `loop` must outlive it.
  explicit JobThread(boost::asio::io_context& loop);
  /// Waits for the running jobs. Jobs that have not begun, and every `done`, are dropped.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  /// Runs `job` on a thread and then `done` on the loop, whose run() does not return before. `job`
  /// must not throw, nor touch anything that the loop may touch meanwhile.
  [[nodiscard]] Ticket run(size_t input_bytes, std::function<void()> job,
                           std::function<void()> done);

 private:
  boost::asio::io_context& loop_;
  std::optional<boost::asio::thread_pool> short_jobs_;
  std::optional<boost::asio::thread_pool> long_jobs_;
};

}  // namespace proxx
