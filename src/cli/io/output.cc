#include "cli/io/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/visible.h"
#include "cli/io/descriptor_poll.h"
#include "cli/io/file_replacement.h"
#include "cli/io/process.h"
#include "cli/io/write.h"

namespace proxx::cli {
namespace {

std::string shown(std::string_view bytes, Content content) {
  return content == Content::json ? visible_json(bytes) : visible(bytes, Newlines::kept);
}

}  // namespace

Output::Output(Content content) : content_(content), descriptor_(STDOUT_FILENO) {}
Output::Output(std::string path) : path_(std::move(path)) {}

Output::~Output() {
  if (!path_.empty() && descriptor_ != -1) ::close(descriptor_);
}

bool Output::is_terminal() const {
  return path_.empty() && isatty(STDOUT_FILENO) == 1;
}

Status Output::check() const {
  if (path_.empty()) return was_open(STDOUT_FILENO) ? Status{} : err(write_error_or_die(EBADF));
  struct stat existing {};
  int wrong = 0;
  if (stat(path_.c_str(), &existing) == 0) {
    wrong = S_ISDIR(existing.st_mode) ? EISDIR : access(path_.c_str(), W_OK) == 0 ? 0 : errno;
  } else if (errno != ENOENT) {
    wrong = errno;
  } else {
    // What a link points to is made, as if it had been named.
    const std::string made = end_of_links(path_);
    const size_t slash = made.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : made.substr(0, slash + 1);
    wrong = access(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
  }
  return wrong == 0 ? Status{} : err(ErrorKind::output_failed, path_error_text(path_, wrong));
}

Result<int> Output::descriptor() {
  if (path_.empty()) {
    if (!was_open(STDOUT_FILENO)) return err(write_error_or_die(EBADF));
    return descriptor_;
  }
  if (descriptor_ == -1) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ == -1) {
      return err(ErrorKind::output_failed, path_error_text(path_, errno));
    }
  }
  return descriptor_;
}

Status Output::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  PROXX_ASSIGN(const int to, descriptor());
  return isatty(to) == 1 ? write_all(to, shown(bytes, content_)) : write_all(to, bytes);
}

Status Output::write_whole(std::string_view bytes) {
  if (path_.empty()) return write(bytes);
  struct stat existing {};
  const bool exists = stat(path_.c_str(), &existing) == 0;
  if (!exists && errno != ENOENT) {
    return err(ErrorKind::output_failed, path_error_text(path_, errno));
  }
  // A device or a pipe is what it is, and a file with several names keeps them.
  if (exists && (!S_ISREG(existing.st_mode) || existing.st_nlink > 1)) return write(bytes);
  const std::string target = end_of_links(path_);
  struct stat end {};
  if (exists && lstat(target.c_str(), &end) == 0 && S_ISLNK(end.st_mode)) return write(bytes);
  auto file = FileReplacement::make(target);
  if (!file) {
    // A file may be writable where its folder is not.
    return exists ? write(bytes) : err(file.error());
  }
  PROXX_TRY(write_all(file->descriptor(), bytes));
  const Status placed = file->put_in_place();
  // Nor can a file be replaced that something is mounted on.
  return placed || !exists ? placed : write(bytes);
}

Status Output::close() {
  if (descriptor_ == -1 || (path_.empty() && !was_open(STDOUT_FILENO))) return {};
  const int closing = descriptor_;
  descriptor_ = -1;
  if (::close(closing) != 0 && errno != EINTR) return err(write_error_or_die(errno));
  // Descriptor 1 must not become a socket.
  if (path_.empty() && ::open("/dev/null", O_WRONLY) == -1) return err(write_error_or_die(errno));
  return {};
}

struct PipeWriter::Impl : std::enable_shared_from_this<PipeWriter::Impl> {
  Impl(boost::asio::io_context& io, int to, Content what)
      : loop(io), descriptor(to), content(what), terminal(isatty(to) == 1), watch(io) {}

  /// Writes what can be written now. A pipe that polls as writable takes PIPE_BUF bytes without
  /// blocking, although the descriptor, which others share, is a blocking one.
  void pump() {
    while (!failed && sent < waiting.size()) {
      pollfd ready{descriptor, POLLOUT, 0};
      if (poll(&ready, 1, 0) == 0) return wait();
      const ssize_t written =
          write_some(descriptor, std::string_view(waiting).substr(sent, PIPE_BUF));
      if (written >= 0) {
        sent += static_cast<size_t>(written);
      } else if (errno == EAGAIN) {
        return wait();
      } else {
        give_up(errno);
      }
    }
    waiting.clear();
    sent = 0;
  }

  void give_up(int error_number) {
    failed = true;
    if (tell_error) tell_error(write_error_or_die(error_number));
  }

  void wait() {
    if (armed) return;
    if (!watch.is_open()) {
      const int poll = open_poll(descriptor, EPOLLOUT);
      if (poll == -1) return give_up(errno);
      boost::system::error_code error;
      watch.assign(poll, error);
      if (error) return give_up(error.value());
    }
    armed = true;
    watch.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](const boost::system::error_code& error) {
                       const auto self = weak.lock();
                       if (!self || error) return;
                       self->armed = false;
                       self->pump();
                       if (self->waiting.empty() && self->tell_drain) self->tell_drain();
                     });
  }

  boost::asio::io_context& loop;
  int descriptor;
  Content content;
  bool terminal;
  boost::asio::posix::stream_descriptor watch;
  std::string waiting;
  size_t sent = 0;
  bool armed = false;
  bool failed = false;
  std::function<void()> tell_drain;
  std::function<void(const Error&)> tell_error;
};

PipeWriter::PipeWriter(boost::asio::io_context& loop, int descriptor, Content content)
    : impl_(std::make_shared<Impl>(loop, descriptor, content)) {}
PipeWriter::~PipeWriter() {
  boost::system::error_code ignored;
  impl_->watch.cancel(ignored);
}

bool PipeWriter::write(std::string_view bytes) {
  if (impl_->terminal) {
    impl_->waiting.append(shown(bytes, impl_->content));
  } else {
    impl_->waiting.append(bytes);
  }
  if (!impl_->armed) impl_->pump();
  return impl_->waiting.empty();
}

bool PipeWriter::idle() const {
  return impl_->waiting.empty();
}
void PipeWriter::on_drain(std::function<void()> callback) {
  impl_->tell_drain = std::move(callback);
}
void PipeWriter::on_error(std::function<void(const Error&)> callback) {
  impl_->tell_error = std::move(callback);
}

}  // namespace proxx::cli
