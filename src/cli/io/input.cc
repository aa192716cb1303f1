#include "cli/io/input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/io/process.h"
#include "cli/io/signals.h"

namespace proxx::cli {

Result<int> open_input(const std::string& path) {
  if (path == "-") {
    if (!was_open(STDIN_FILENO)) return err(ErrorKind::usage, "stdin is closed; give a FILE");
    return STDIN_FILENO;
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor == -1) return err(ErrorKind::usage, path + ": " + std::strerror(errno));
  return descriptor;
}

Result<size_t> read_some(int descriptor, char* buffer, size_t size) {
  for (;;) {
    const BlockingCall blocking(descriptor, POLLIN);
    const ssize_t got = ::read(descriptor, buffer, size);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) {
      return err(ErrorKind::usage, std::string("read error: ") + std::strerror(errno));
    }
  }
}

Result<std::string> read_input(const std::string& path, size_t max_bytes) {
  PROXX_ASSIGN(const int descriptor, open_input(path));
  std::array<char, size_t{64} << 10> piece;  // what is not read into costs no memory
  std::string text;
  Status status;
  for (;;) {
    const auto got = read_some(descriptor, piece.data(), piece.size());
    if (!got) {
      status = err(ErrorKind::usage, (path == "-" ? "stdin: " : path + ": ") + got.error().message);
      break;
    }
    if (*got == 0) break;
    text.append(piece.data(), *got);
    if (text.size() > max_bytes) {
      status = err(ErrorKind::request_too_large,
                   "input larger than " + std::to_string(max_bytes >> 20) + " MiB");
      break;
    }
  }
  if (descriptor != STDIN_FILENO) ::close(descriptor);
  if (!status) return tl::unexpected<Error>(std::move(status).error());
  return text;
}

bool looks_like_file(const std::string& word) {
  return word == "-" || word.find_first_of("/.") != std::string::npos;
}

}  // namespace proxx::cli
