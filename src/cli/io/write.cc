#include "cli/io/write.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <string>

#include "cli/io/process.h"
#include "cli/io/signals.h"

namespace proxx::cli {

ssize_t write_some(int descriptor, std::string_view bytes) {
  for (;;) {
    const BlockingCall blocking(descriptor, POLLOUT);
    // A pipe that polls as writable takes that much without blocking.
    const size_t size =
        BlockingCall::signal_waits() ? std::min<size_t>(bytes.size(), PIPE_BUF) : bytes.size();
    const ssize_t written = ::write(descriptor, bytes.data(), size);
    if (written != -1 || errno != EINTR) return written;
  }
}

Status write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write_some(descriptor, bytes);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      const BlockingCall blocking(descriptor, POLLOUT);
      pollfd wait{descriptor, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else {
      return err(write_error_or_die(errno));
    }
  }
  return {};
}

Error write_error_or_die(int error_number) {
  if (error_number == EPIPE) die_by(SIGPIPE);
  Error error;
  error.kind = ErrorKind::output_failed;
  error.message = std::string("write error: ") + std::strerror(error_number);
  return error;
}

}  // namespace proxx::cli
