#include "exchange/job_thread.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using proxx::JobThread;

TEST_CASE("a job runs on another thread, what follows on the loop's") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  std::thread::id job_id;
  std::thread::id done_id;
  const auto ticket = jobs.run(
      1, [&] { job_id = std::this_thread::get_id(); },
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
  std::vector<JobThread::Ticket> tickets;
  int turns = 0;
  for (const char name : {'a', 'b', 'c'}) {
    tickets.push_back(jobs.run(
        1, [] {}, [&order, name] { order += name; }));
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
    const auto one = jobs.run(
        1, [held] {}, [&done] { done = true; });
    const auto other = jobs.run(
        1, [held] {}, [&done] { done = true; });
  }
  CHECK(held.use_count() == 1);
  CHECK_FALSE(done);
}

TEST_CASE("W8: a job that nobody waits for any more is dropped with its data before it begins") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  const auto held = std::make_shared<int>(1);
  std::promise<void> go;
  bool done = false;
  const auto first = jobs.run(
      1, [&go] { go.get_future().wait(); }, [] {});
  {
    const auto second = jobs.run(
        1, [held] {}, [held, &done] { done = true; });
    CHECK(held.use_count() == 3);
  }
  CHECK(held.use_count() == 1);
  go.set_value();
  loop.run();
  CHECK_FALSE(done);
}

TEST_CASE("W8: what follows a running job that nobody waits for any more is dropped") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  std::promise<void> begun;
  std::promise<void> go;
  bool done = false;
  {
    const auto job = jobs.run(
        1,
        [&] {
          begun.set_value();
          go.get_future().wait();
        },
        [&done] { done = true; });
    begun.get_future().wait();
  }
  go.set_value();
  loop.run();
  CHECK_FALSE(done);
}

TEST_CASE("W8: a short job does not wait for a long one") {
  asio::io_context loop{1};
  JobThread jobs(loop);
  std::promise<void> go;
  std::string order;
  const auto slow = jobs.run(
      JobThread::kShortJobBytes + 1, [&go] { go.get_future().wait(); }, [&] { order += "long"; });
  const auto quick = jobs.run(
      JobThread::kShortJobBytes, [] {},
      [&] {
        order += "short ";
        go.set_value();
      });
  loop.run();
  CHECK(order == "short long");
}
