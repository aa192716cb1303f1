#include "mock/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace proxx::mock {
namespace {

struct OpenFile {
  explicit OpenFile(int opened) : number(opened) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number != -1) close(number);
  }
  int number;
};

}  // namespace

Result<std::string> read_regular_file(const std::string& path, size_t max_bytes) {
  const auto no = [&path](const std::string& why) {
    return err(ErrorKind::usage, path + ": " + why);
  };
  // O_NONBLOCK: opening a pipe would wait for its writer.
  const OpenFile file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info {};
  if (file.number == -1 || fstat(file.number, &info) != 0) return no(std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return no("not a regular file");
  std::string text;
  std::array<char, size_t{64} << 10> piece;
  for (;;) {
    const ssize_t got = read(file.number, piece.data(), piece.size());
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return no(std::strerror(errno));
    text.append(piece.data(), static_cast<size_t>(got));
    if (text.size() > max_bytes) {
      return no("larger than " + std::to_string(max_bytes >> 20) + " MiB");
    }
  }
}

}  // namespace proxx::mock
