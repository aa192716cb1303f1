#include "exchange/job_thread.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <system_error>
#include <utility>

namespace proxx {

namespace asio = boost::asio;

JobThread::JobThread(asio::io_context& loop) : loop_(loop) {}

JobThread::~JobThread() = default;  // the pool stops, then joins

void JobThread::run(std::function<void()> job, std::function<void()> done) {
  if (!thread_) {
    try {
      thread_.emplace(1);
    } catch (const std::system_error&) {
      job();
      asio::post(loop_, std::move(done));
      return;
    }
  }
  asio::post(*thread_, [&loop = loop_, busy = asio::make_work_guard(loop_), job = std::move(job),
                        done = std::move(done)]() mutable {
    job();
    asio::post(loop, std::move(done));
  });
}

}  // namespace proxx
