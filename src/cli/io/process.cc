#include "cli/io/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <new>
#include <string_view>

namespace proxx::cli {
namespace {

std::array<bool, 3>& open_at_start() {
  static std::array<bool, 3> open{};
  return open;
}

void end_without_memory() {
  constexpr std::string_view kMessage = "proxx: out of memory\n";
  const ssize_t ignored = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  (void)ignored;
  _exit(1);
}

// Runs before the constructors of static tables, which allocate.
[[gnu::constructor(101)]] void handle_lack_of_memory() {
  std::set_new_handler(end_without_memory);
}

}  // namespace

void prepare_process() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    const bool open = fcntl(descriptor, F_GETFD) != -1;
    open_at_start()[static_cast<size_t>(descriptor)] = open;
    // open() takes the lowest free number, which is the one found closed.
    if (!open && ::open("/dev/null", O_RDWR) == -1) std::abort();
  }
  signal(SIGPIPE, SIG_IGN);
  // Not SIG_IGN: child processes would inherit it.
  signal(SIGXFSZ, [](int) {});
#ifdef NDEBUG
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#endif
}

bool was_open(int descriptor) {
  return open_at_start()[static_cast<size_t>(descriptor)];
}

void end_process(int exit_code) {
#ifdef NDEBUG
  _exit(exit_code);
#else
  std::exit(exit_code);  // leak checkers and profilers come last
#endif
}

void die_by(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  _exit(128 + signal);
}

}  // namespace proxx::cli
