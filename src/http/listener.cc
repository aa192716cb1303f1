#include "http/listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "http/bind.h"

namespace proxx::http {
namespace {

namespace asio = boost::asio;

/// Out of descriptors or memory: how long until the next try.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// A burst of connections must not hold up the connections that are there.
constexpr int kAcceptsPerTurn = 64;

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& loop, int fd, OnAccept on_accept_arg)
      : socket(loop, fd), pause(loop), on_accept(std::move(on_accept_arg)) {}

  void wait();
  void accept_some();
  void close();
  /// Whether there was a spare descriptor to give up.
  bool give_up_spare();

  asio::posix::stream_descriptor socket;
  asio::steady_timer pause;
  OnAccept on_accept;
  std::string unix_path;
  struct stat unix_file {};
  int spare = -1;
};

bool Listener::Impl::give_up_spare() {
  return spare >= 0 && ::close(std::exchange(spare, -1)) == 0;
}

void Listener::Impl::wait() {
  socket.async_wait(asio::posix::stream_descriptor::wait_read,
                    [self = shared_from_this()](const boost::system::error_code& error) {
                      if (!error && self->socket.is_open()) self->accept_some();
                    });
}

void Listener::Impl::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn && socket.is_open(); ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    const int fd = ::accept4(socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      on_accept(fd, peer_name(address));
      continue;
    }
    if (errno == EMFILE && give_up_spare()) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      pause.expires_after(kAcceptPause);
      pause.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error && self->socket.is_open()) self->accept_some();
      });
      return;
    }
    if (errno == EAGAIN) break;  // any other error belongs to a connection that is gone again
  }
  if (socket.is_open()) wait();
}

void Listener::Impl::close() {
  boost::system::error_code ignored;
  struct stat now {};
  if (!unix_path.empty() && ::lstat(unix_path.c_str(), &now) == 0 &&
      now.st_ino == unix_file.st_ino && now.st_dev == unix_file.st_dev)
    ::unlink(unix_path.c_str());
  socket.close(ignored);
  pause.cancel();
  give_up_spare();
  on_accept = nullptr;
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() {
  impl_->close();
}

Result<std::unique_ptr<Listener>> Listener::open(asio::io_context& loop,
                                                 const ListenOptions& options, OnAccept on_accept) {
  PROXX_ASSIGN(const int fd, bind_and_listen(options));
  auto impl = std::make_shared<Impl>(loop, fd, std::move(on_accept));
  if (!options.unix_path.empty()) {
    impl->unix_path = options.unix_path;
    ::lstat(options.unix_path.c_str(), &impl->unix_file);
  }
  if (options.keeps_spare) impl->spare = ::dup(fd);
  impl->wait();
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

uint16_t Listener::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ::getsockname(impl_->socket.native_handle(), reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return 0;
}

}  // namespace proxx::http
