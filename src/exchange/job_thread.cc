#include "exchange/job_thread.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <system_error>
#include <utility>

namespace proxx {

namespace asio = boost::asio;

struct JobThread::Job {
  std::function<void()> run;   ///< the thread's once it has `taken` the job, the loop's before
  std::function<void()> done;  ///< the loop's
  std::atomic<bool> taken = false;

  void finish() {
    run = nullptr;
    if (const auto then = std::exchange(done, nullptr)) then();
  }
};

void JobThread::Ticket::drop() {
  const auto job = std::exchange(job_, nullptr);
  if (!job) return;
  job->done = nullptr;
  if (!job->taken.exchange(true)) job->run = nullptr;
}

JobThread::JobThread(asio::io_context& loop) : loop_(loop) {}

JobThread::~JobThread() = default;  // the pools stop, then join

JobThread::Ticket JobThread::run(size_t input_bytes, std::function<void()> job,
                                 std::function<void()> done) {
  auto shared = std::make_shared<Job>();
  shared->run = std::move(job);
  shared->done = std::move(done);
  auto& thread = input_bytes <= kShortJobBytes ? short_jobs_ : long_jobs_;
  try {
    if (!thread) thread.emplace(1);
  } catch (const std::system_error&) {
    shared->taken = true;
    shared->run();
    asio::post(loop_, [shared] { shared->finish(); });
    return Ticket(std::move(shared));
  }
  asio::post(*thread, [&loop = loop_, busy = asio::make_work_guard(loop_), shared] {
    if (shared->taken.exchange(true)) return;
    shared->run();
    asio::post(loop, [shared] { shared->finish(); });
  });
  return Ticket(std::move(shared));
}

}  // namespace proxx
