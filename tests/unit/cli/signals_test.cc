#include "cli/io/signals.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace proxx::cli {
namespace {

/// What waitpid() tells of a child that does `work`; it is killed after a minute.
int result_of(const std::function<void()>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGALRM}) ::signal(signal, SIG_DFL);
    work();
    _exit(7);
  }
  int result = 0;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (waitpid(child, &result, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > limit) kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return result;
}

}  // namespace

TEST_CASE("X4: a signal between the look at a pipe and a write that blocks ends the program") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const int result = result_of([signal] {
      int ends[2];
      if (pipe(ends) != 0) return;
      boost::asio::io_context loop;
      const FirstSignal first(loop, false, [](int) {});
      const std::string more_than_fits(4 << 20, 'x');
      const BlockingCall blocking(ends[1], POLLOUT);
      raise(signal);
      while (write(ends[1], more_than_fits.data(), more_than_fits.size()) != 0) continue;
    });
    CHECK(WIFSIGNALED(result));
    CHECK(WTERMSIG(result) == signal);
  }
}

TEST_CASE("X4: a signal that the loop takes ends nothing, and nothing is left of it") {
  const int result = result_of([] {
    int ends[2];
    if (pipe(ends) != 0) return;
    boost::asio::io_context loop;
    int came = 0;
    const FirstSignal first(loop, false, [&came](int signal) { came = signal; });
    {
      const BlockingCall blocking(ends[1], POLLOUT);
      raise(SIGINT);
    }
    loop.run();
    if (came != SIGINT) return;
    // Nobody writes: a call that waits is not cut short by what looks again.
    const BlockingCall blocking(ends[0], POLLIN);
    pollfd wait{ends[0], POLLIN, 0};
    if (poll(&wait, 1, 200) == 0) _exit(0);
  });
  CHECK(WIFEXITED(result));
  CHECK(WEXITSTATUS(result) == 0);
}

}  // namespace proxx::cli
