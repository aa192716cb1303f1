#include "cli/io/process.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace proxx::cli {

// prepare_process() is for a whole process, so in a child.
TEST_CASE("S8: no core files; S5: memory that is not to be had is the end, with exit code 1") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    prepare_process();
    rlimit core{1, 1};
    getrlimit(RLIMIT_CORE, &core);
    const bool ignores_pipes = signal(SIGPIPE, SIG_IGN) == SIG_IGN;
    if (core.rlim_cur != 0 || core.rlim_max != 0 || !ignores_pipes) _exit(7);
    close(STDERR_FILENO);
    ::operator delete(::operator new (size_t{1} << 62));
    _exit(8);
  }
  int result = 0;
  REQUIRE(waitpid(child, &result, 0) == child);
  CHECK(WIFEXITED(result));
  CHECK(WEXITSTATUS(result) == 1);
}

}  // namespace proxx::cli
