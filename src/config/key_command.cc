#include "config/key_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "config/small_file.h"

extern char** environ;

namespace proxx {
namespace {

using Clock = std::chrono::steady_clock;

tl::unexpected<Error> no(const std::string& why) {
  return fail(ErrorKind::usage, "api_key_command: " + why);
}

// Starts argv with stdout on `write_fd`; 0 or an errno.
int spawn(const std::vector<std::string>& argv, int write_fd, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  // stdin is the user's request, not the command's input.
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, write_fd, STDOUT_FILENO);
  // An ignored SIGPIPE and blocked signals would be inherited.
  sigset_t defaults;
  sigset_t unblocked;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigemptyset(&unblocked);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setsigmask(&attributes, &unblocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int error = posix_spawnp(&pid, pointers[0], &files, &attributes, pointers.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// The wait status, or nothing if the process still runs by the deadline.
std::optional<int> wait_until(pid_t pid, Clock::time_point deadline) {
  while (true) {
    int status = 0;
    const pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) return status;
    if (ended < 0 && errno != EINTR) return 0;
    if (Clock::now() >= deadline) return std::nullopt;
    poll(nullptr, 0, 5);
  }
}

}  // namespace

Result<std::string> run_key_command(const std::vector<std::string>& argv, size_t max_bytes,
                                    std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return no(errno_text(errno));
  const auto deadline = Clock::now() + limit;
  pid_t pid = 0;
  const int spawn_error = spawn(argv, ends[1], pid);
  close(ends[1]);
  if (spawn_error != 0) {
    close(ends[0]);
    return no("cannot run '" + argv[0] + "': " + errno_text(spawn_error));
  }
  // Only ours: the child's end stays blocking, as programs expect of stdout.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  std::string output;
  const PipeEnd end = read_pipe(ends[0], max_bytes, deadline, output);
  close(ends[0]);
  std::optional<int> status;
  if (end == PipeEnd::closed) status = wait_until(pid, deadline);
  if (!status) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  if (end == PipeEnd::too_large) return no("'" + argv[0] + "' writes too much for a key");
  if (!status) {
    return no("'" + argv[0] + "' did not finish within " +
              std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
              " s");
  }
  if (WIFSIGNALED(*status)) {
    return no("'" + argv[0] + "' was killed by signal " + std::to_string(WTERMSIG(*status)));
  }
  if (WEXITSTATUS(*status) != 0) {
    return no("'" + argv[0] + "' exited with status " + std::to_string(WEXITSTATUS(*status)));
  }
  return output;
}

}  // namespace proxx
