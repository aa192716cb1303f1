#include "exchange/job_thread.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <thread>

namespace asio = boost::asio;
using proxx::JobThread;

TEST_CASE("a job runs on another thread, what follows on the loop's") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  std::thread::id job_id;
  std::thread::id done_id;
  jobs.run([&] { job_id = std::this_thread::get_id(); },
           [&] { done_id = std::this_thread::get_id(); });
  loop.run();  // does not return before done
  CHECK(job_id != std::thread::id());
  CHECK(job_id != std::this_thread::get_id());
  CHECK(done_id == std::this_thread::get_id());
}

TEST_CASE("jobs run in order, and the loop goes on between") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  std::string order;
  int turns = 0;
  for (const char name : {'a', 'b', 'c'}) {
    jobs.run([] {}, [&order, name] { order += name; });
  }
  asio::post(loop, [&] { ++turns; });
  loop.run();
  CHECK(order == "abc");
  CHECK(turns == 1);
}

TEST_CASE("destroying it waits for the running job and drops what follows") {
  asio::io_context loop{1};
  const auto held = std::make_shared<int>(1);
  bool done = false;
  {
    JobThread jobs(loop);
    jobs.run([held] {}, [&done] { done = true; });
    jobs.run([held] {}, [&done] { done = true; });
  }
  CHECK(held.use_count() == 1);
  CHECK_FALSE(done);
}
