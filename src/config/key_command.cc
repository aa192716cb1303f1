#include "config/key_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <optional>

#include "base/secret_text.h"
#include "config/secret_environment.h"
#include "config/small_file.h"

namespace proxx {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<int, 4> kEnding = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
/// How often it is asked whether a command has ended whose output somebody else holds open.
constexpr int kPollMs = 5;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

struct Pipe {
  Pipe() {
    int ends[2];
    error = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
    if (error != 0) return;
    reading.reset(ends[0]);
    writing.reset(ends[1]);
  }
  Descriptor reading;
  Descriptor writing;
  int error = 0;  ///< an errno
};

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kEnding) sigaddset(&set, signal);
  return set;
}

/// The process group that goes with proxx; 0 is none. There is one command at a time.
std::atomic<pid_t> running_group{0};
static_assert(std::atomic<pid_t>::is_always_lock_free);

/// Kills the group, and proxx as if nothing had been in between: the signal comes again when this
/// returns.
void end_with_group(int signal) {
  if (const pid_t group = running_group; group > 0) kill(-group, SIGKILL);
  ::signal(signal, SIG_DFL);
  raise(signal);
}

/// While one lives, signals that end proxx end the command's group, too. Those that are ignored
/// (nohup) stay so. Blocked until release().
class EndingSignals {
 public:
  EndingSignals() {
    const sigset_t set = ending_signals();
    sigprocmask(SIG_BLOCK, &set, &mask_);
    struct sigaction handler {};
    handler.sa_handler = end_with_group;
    handler.sa_mask = set;
    for (size_t i = 0; i < kEnding.size(); ++i) {
      sigaction(kEnding[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kEnding[i], &handler, nullptr);
    }
  }
  ~EndingSignals() {
    running_group = 0;
    for (size_t i = 0; i < kEnding.size(); ++i) sigaction(kEnding[i], &before_[i], nullptr);
    release();
  }
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;

  void release() { sigprocmask(SIG_SETMASK, &mask_, nullptr); }

 private:
  sigset_t mask_{};
  std::array<struct sigaction, kEnding.size()> before_{};
};

/// Lends the terminal to a command that was stopped because it asked there, as for a passphrase,
/// from a group in the background.
class LentTerminal {
 public:
  explicit LentTerminal(pid_t group)
      : terminal_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)), group_(group) {
    lent_ = terminal_.get() >= 0 && tcgetpgrp(terminal_.get()) == getpgrp() && give(group);
    if (lent_) kill(-group_, SIGCONT);
  }
  ~LentTerminal() {
    if (lent_ && tcgetpgrp(terminal_.get()) == group_) give(getpgrp());
  }
  LentTerminal(const LentTerminal&) = delete;
  LentTerminal& operator=(const LentTerminal&) = delete;
  [[nodiscard]] bool is_lent() const { return lent_; }

 private:
  bool give(pid_t group) const {
    sigset_t output;
    sigset_t before;
    sigemptyset(&output);
    sigaddset(&output, SIGTTOU);
    sigprocmask(SIG_BLOCK, &output, &before);
    const bool done = tcsetpgrp(terminal_.get(), group) == 0;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return done;
  }

  Descriptor terminal_;
  pid_t group_;
  bool lent_ = false;
};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// A process that kills a command's group when proxx is gone: of a SIGKILL of proxx nobody else
/// learns, and PR_SET_PDEATHSIG reaches no grandchild. It learns the group and proxx's end from one
/// pipe, and is in a group of its own, so that a terminal's signals pass it by.
class GroupGuard {
 public:
  GroupGuard() {
    error_ = pipe_.error;
    if (error_ != 0) return;
    pid_ = fork();
    if (pid_ < 0) error_ = errno;
    if (pid_ == 0) watch();
    pipe_.reading.reset();
  }
  ~GroupGuard() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;

  [[nodiscard]] int error() const { return error_; }
  /// Has the caller's group watched. For the command's own process: proxx may be gone by then.
  [[nodiscard]] bool watch_me() const {
    const pid_t group = getpid();
    return write(pipe_.writing.get(), &group, sizeof group) == ssize_t{sizeof group};
  }

 private:
  /// Only what is allowed behind fork.
  [[noreturn]] void watch() {
    setpgid(0, 0);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    pipe_.writing.reset();
    pid_t group = 0;
    pid_t told = 0;
    while (read(pipe_.reading.get(), &told, sizeof told) == ssize_t{sizeof told}) group = told;
    if (group > 0) kill(-group, SIGKILL);
    _exit(0);
  }

  Pipe pipe_;
  pid_t pid_ = -1;
  int error_ = 0;
};

/// The child's part: only what is allowed between fork and exec. Ends by an errno to `report_fd`.
[[noreturn]] void become(char* const* argv, int output_fd, int report_fd, const GroupGuard& guard) {
  setpgid(0, 0);
  // stdin is the user's request, not the command's input.
  const int nothing = open("/dev/null", O_RDONLY);
  if (guard.watch_me() && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
      dup2(output_fd, STDOUT_FILENO) >= 0) {
    if (nothing > STDERR_FILENO) close(nothing);
    // Handlers go with exec; an ignored SIGPIPE and blocked signals would not.
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execvp(argv[0], argv);
  }
  const int error = errno;
  const ssize_t ignored = write(report_fd, &error, sizeof error);
  (void)ignored;
  _exit(127);
}

/// Starts argv with stdout on `output_fd`; 0 or an errno.
int start(const std::vector<std::string>& argv, int output_fd, const GroupGuard& guard,
          pid_t& pid) {
  Pipe report;
  if (report.error != 0) return report.error;
  std::vector<std::string> words = argv;
  const std::vector<char*> word_pointers = pointers_to(words);
  pid = fork();
  if (pid < 0) return errno;
  if (pid == 0) become(word_pointers.data(), output_fd, report.writing.get(), guard);
  setpgid(pid, pid);  // whoever is first; then it is there to be killed
  report.writing.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(report.reading.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return 0;  // closed by exec
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return got == static_cast<ssize_t>(sizeof error) ? error : EIO;
}

enum class Reading { more, closed, too_large, failed };

/// Appends what is there.
Reading read_some(int fd, size_t max_bytes, std::string& out) {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return Reading::closed;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN ? Reading::more : Reading::failed;
    out.append(buffer.data(), static_cast<size_t>(got));
    if (out.size() > max_bytes) return Reading::too_large;
  }
}

/// How a command ended.
struct Ending {
  std::optional<int> status;  ///< nothing: it was still running, and is killed with its group
  Reading reading = Reading::more;
  bool had_terminal = false;
};

/// Reads until the command has ended: a child of it may hold the pipe for longer.
Ending run_to_end(pid_t pid, int fd, size_t max_bytes, Clock::time_point deadline,
                  const std::atomic<bool>* stop, std::string& output) {
  Ending out;
  std::optional<LentTerminal> terminal;
  for (;;) {
    int status = 0;
    const pid_t told = waitpid(pid, &status, WNOHANG | WUNTRACED);
    const bool stopped = told == pid && WIFSTOPPED(status);
    if (out.reading == Reading::more) out.reading = read_some(fd, max_bytes, output);
    if ((told == pid && !stopped) || (told < 0 && errno != EINTR)) {
      out.status = told == pid ? status : 0;
      return out;
    }
    if (stopped && !terminal && (WSTOPSIG(status) == SIGTTIN || WSTOPSIG(status) == SIGTTOU)) {
      out.had_terminal = terminal.emplace(pid).is_lent();
    }
    if (out.reading == Reading::too_large || out.reading == Reading::failed) break;
    if (Clock::now() >= deadline || (stop != nullptr && *stop)) break;
    pollfd waiting{fd, POLLIN, 0};
    poll(&waiting, out.reading == Reading::more ? 1 : 0, kPollMs);
  }
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return out;
}

}  // namespace

Result<std::string> run_key_command(const std::vector<std::string>& argv, size_t max_bytes,
                                    std::chrono::milliseconds limit, const std::atomic<bool>* stop,
                                    std::string_view key) {
  const auto no = [key](const std::string& why) {
    return err(ErrorKind::usage, std::string(key).append(": ").append(why));
  };
  const std::string name = "'" + shown_whole(argv[0]) + "'";
  const auto deadline = Clock::now() + limit;
  std::optional<EndingSignals> signals;
  if (stop == nullptr) signals.emplace();
  const GroupGuard guard;  // before the pipe, which it must not hold open
  Pipe pipe;
  // Only ours: the child's end stays blocking, as programs expect of stdout.
  fcntl(pipe.reading.get(), F_SETFL, O_NONBLOCK);
  pid_t pid = 0;
  int error = guard.error() != 0 ? guard.error() : pipe.error;
  if (error == 0) error = start(argv, pipe.writing.get(), guard, pid);
  if (error != 0) return no("cannot run " + name + ": " + errno_text(error));
  pipe.writing.reset();
  if (signals) {
    running_group = pid;
    signals->release();
  }
  std::string output;
  const Ending ending = run_to_end(pid, pipe.reading.get(), max_bytes, deadline, stop, output);
  if (ending.reading == Reading::too_large) return no(name + " writes too much for a key");
  if (ending.reading == Reading::failed) return no("the output of " + name + " cannot be read");
  if (!ending.status) {
    return no(name + " did not finish within " +
              std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
              " s");
  }
  const int status = *ending.status;
  if (WIFSIGNALED(status)) {
    // Ctrl-C is meant for both, but only the group that has the terminal gets it.
    if (ending.had_terminal && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGQUIT)) {
      raise(WTERMSIG(status));
    }
    return no(name + " was killed by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return no(name + " exited with status " + std::to_string(WEXITSTATUS(status)));
  }
  return output;
}

}  // namespace proxx
