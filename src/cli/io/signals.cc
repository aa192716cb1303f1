#include "cli/io/signals.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "cli/io/process.h"

namespace proxx::cli {
namespace {

constexpr int kNone = -1;
constexpr suseconds_t kLookAgainUs = 50'000;

/// All that a handler can reach.
struct State {
  std::atomic<int> blocked_on{kNone};  ///< descriptor of the BlockingCall
  std::atomic<short> blocked_for{0};
  std::atomic<int> wake{kNone};    ///< FirstSignal's eventfd
  std::atomic<int> first{0};       ///< the signal that FirstSignal was given
  std::atomic<bool> taken{false};  ///< the loop knows of it
  std::atomic<bool> newline{false};
};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<short>::is_always_lock_free);

State& state() {
  static constinit State state;
  return state;
}

bool is_ready(int descriptor, short events) {
  pollfd look{descriptor, events, 0};
  return poll(&look, 1, 0) > 0;
}

bool is_stuck() {
  const int descriptor = state().blocked_on;
  return descriptor != kNone && !is_ready(descriptor, state().blocked_for);
}

[[noreturn]] void end_by(int signal) {
  // A terminal that is stopped would hold up this write, too.
  if (state().newline && is_ready(STDERR_FILENO, POLLOUT)) {
    const ssize_t ignored = write(STDERR_FILENO, "\n", 1);
    (void)ignored;
  }
  die_by(signal);
}

void set_timer(suseconds_t interval_us) {
  const itimerval times{{0, interval_us}, {0, interval_us}};
  setitimer(ITIMER_REAL, &times, nullptr);
}

sigset_t all_signals() {
  sigset_t all;
  sigemptyset(&all);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) sigaddset(&all, signal);
  return all;
}

extern "C" void look_again(int) {
  const int saved_errno = errno;
  if (!BlockingCall::signal_waits()) {
    set_timer(0);
  } else if (is_stuck()) {
    end_by(state().first);
  }
  errno = saved_errno;
}

// A call that was about to block when the signal came may block after it: no second signal would
// interrupt it.
void keep_looking() {
  struct sigaction action {};
  action.sa_handler = look_again;
  action.sa_flags = SA_RESTART;
  action.sa_mask = all_signals();
  sigaction(SIGALRM, &action, nullptr);
  set_timer(kLookAgainUs);
}

/// Async-signal-safe throughout; setitimer is, on Linux.
extern "C" void handle(int signal) {
  const int saved_errno = errno;
  int none = 0;
  const int wake = state().wake;
  if (wake == kNone || is_stuck() || !state().first.compare_exchange_strong(none, signal)) {
    end_by(signal);
  }
  const uint64_t one = 1;
  if (write(wake, &one, sizeof one) != sizeof one) end_by(signal);
  keep_looking();
  errno = saved_errno;
}

void install() {
  struct sigaction action {};
  action.sa_handler = handle;
  // No SA_RESTART: what is interrupted looks again whether it is stuck.
  action.sa_mask = all_signals();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    const bool nohup = signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 &&
                       before.sa_handler == SIG_IGN;
    if (!nohup) sigaction(signal, &action, nullptr);
  }
}

}  // namespace

void end_on_signals(bool newline) {
  state().newline = newline;
  install();
}

FirstSignal::FirstSignal(boost::asio::io_context& loop, bool newline,
                         std::function<void(int signal)> came)
    : wake_(loop), came_(std::move(came)) {
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake != kNone) {
    wake_.assign(wake);
    wake_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error) return;
                       state().taken = true;
                       set_timer(0);
                       came_(state().first);
                     });
  }
  state().wake = wake;
  end_on_signals(newline);
}

FirstSignal::~FirstSignal() {
  state().wake = kNone;
}

BlockingCall::BlockingCall(int descriptor, short events) {
  state().blocked_for = events;
  state().blocked_on = descriptor;
  // A signal that came just before has told the loop, which would not get to hear of it.
  if (signal_waits() && is_stuck()) end_by(state().first);
}

bool BlockingCall::signal_waits() {
  return state().first != 0 && !state().taken;
}

BlockingCall::~BlockingCall() {
  state().blocked_on = kNone;
}

}  // namespace proxx::cli
