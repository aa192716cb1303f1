#include "server/lossy_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace proxx::server {

LossyWriter::LossyWriter(int descriptor) : descriptor_(descriptor) {
  struct stat info {};
  if (fstat(descriptor, &info) != 0) return;
  is_socket_ = S_ISSOCK(info.st_mode);
  if (!S_ISFIFO(info.st_mode) && isatty(descriptor) != 1) return;
  // O_NONBLOCK belongs to the open file, which other processes share: one of our own is needed.
  // Polling before each write is not enough: a terminal with room for one byte polls as writable,
  // and another thread may take the room.
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int own = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own == -1) return;
  descriptor_ = own;
  is_own_ = true;
}

LossyWriter::~LossyWriter() {
  if (is_own_) close(descriptor_);
}

void LossyWriter::write(std::string_view text) const {
  std::string after_torn;
  const bool was_torn = has_torn_line_.exchange(false);
  if (was_torn) text = after_torn.append("\n").append(text);
  const size_t written = write_pieces(text);
  if (written == text.size()) return;
  if (written == 0 ? was_torn : text[written - 1] != '\n') has_torn_line_ = true;
}

size_t LossyWriter::write_pieces(std::string_view text) const {
  size_t written = 0;
  while (written < text.size()) {
    const long more = write_piece(text.substr(written, kMaxLogLineBytes));
    if (more <= 0) break;
    written += static_cast<size_t>(more);
  }
  return written;
}

long LossyWriter::write_piece(std::string_view piece) const {
  if (is_socket_) {
    return send(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  if (!is_own_) {
    pollfd room{descriptor_, POLLOUT, 0};
    if (poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return 0;
  }
  return ::write(descriptor_, piece.data(), piece.size());
}

}  // namespace proxx::server
