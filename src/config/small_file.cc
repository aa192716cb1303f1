#include "config/small_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/secret_text.h"

namespace proxx {
namespace {

struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

std::string size_text(size_t bytes) {
  return bytes >= 1 << 20 ? std::to_string(bytes >> 20) + " MiB"
                          : std::to_string(bytes >> 10) + " KiB";
}

}  // namespace

std::string exposure_of(const std::string& what, const std::string& path, const SmallFile& file) {
  if (!S_ISREG(file.mode)) return {};
  if ((file.mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) != 0) {
    return what + " " + path + " is open to other users: chmod 600 " + path;
  }
  if (file.owner == geteuid() || file.owner == 0) return {};
  return what + " " + path + " belongs to another user: make it yours, and chmod 600 " + path;
}

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

PipeEnd read_pipe(int fd, size_t max_bytes, std::chrono::steady_clock::time_point deadline,
                  std::string& out) {
  char buffer[4096];
  while (true) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got == 0) return PipeEnd::closed;
    if (got > 0) {
      out.append(buffer, static_cast<size_t>(got));
      if (out.size() > max_bytes) return PipeEnd::too_large;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return PipeEnd::failed;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return PipeEnd::timeout;
    pollfd waiting{fd, POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count() + 1, 1000)));
  }
}

Result<SmallFile> read_small_file(const std::string& path, size_t max_bytes, PipeAllowed pipes) {
  const auto no = [&](const std::string& why) {
    return err(ErrorKind::usage, shown_whole(path) + ": " + why);
  };
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.fd < 0) return no(errno_text(errno));
  struct stat status {};
  if (fstat(file.fd, &status) != 0) return no(errno_text(errno));
  if (S_ISDIR(status.st_mode)) return no("is a directory");
  const bool is_pipe = pipes == PipeAllowed::yes && S_ISFIFO(status.st_mode);
  if (!S_ISREG(status.st_mode) && !is_pipe) return no("not a regular file");
  SmallFile out{{}, status.st_mode, status.st_uid};
  const auto deadline = std::chrono::steady_clock::now() + kPipeLimit;
  switch (read_pipe(file.fd, max_bytes, deadline, out.text)) {
    case PipeEnd::closed:
      return out;
    case PipeEnd::too_large:
      return no("larger than " + size_text(max_bytes));
    case PipeEnd::timeout:
      return no("nothing came through the pipe");
    case PipeEnd::failed:
      return no(errno_text(errno));
  }
  return out;
}

}  // namespace proxx
