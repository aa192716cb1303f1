#include "http/bind.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "base/secret_text.h"

namespace proxx::http {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

tl::unexpected<Error> cannot_listen(const std::string& address, const std::string& why) {
  return err(ErrorKind::usage, "cannot listen on " + without_secrets(address) + ": " + why);
}

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

Fd open_socket(int family) {
  return Fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

Result<int> bind_tcp(const ListenOptions& options) {
  const bool bare_ipv6 = options.host.find(':') != std::string::npos && options.host[0] != '[';
  const std::string port = std::to_string(options.port);
  const std::string address = (bare_ipv6 ? "[" + options.host + "]" : options.host) + ":" + port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(options.host.c_str(), port.c_str(), &hints, &found); error != 0)
    return cannot_listen(address, gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);

  Fd fd = open_socket(found->ai_family);
  const int on = 1;
  if (fd.get() < 0 || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0)
    return cannot_listen(address, errno_text(errno));
  return fd.release();
}

/// A socket file that nobody listens on is what a killed server left behind.
Status remove_stale_socket(const sockaddr_un& address, const std::string& shown) {
  struct stat status {};
  if (::lstat(address.sun_path, &status) != 0) {
    if (errno == ENOENT) return {};
    return cannot_listen(shown, errno_text(errno));
  }
  if (!S_ISSOCK(status.st_mode)) return cannot_listen(shown, "the file exists and is no socket");
  const Fd probe = open_socket(AF_UNIX);
  const int connected =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  if (connected == 0 || errno != ECONNREFUSED) return cannot_listen(shown, errno_text(EADDRINUSE));
  if (::unlink(address.sun_path) != 0) return cannot_listen(shown, errno_text(errno));
  return {};
}

Result<int> bind_unix(const std::string& path) {
  const std::string shown = "unix:" + path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return cannot_listen(shown, "the path is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  PROXX_TRY(remove_stale_socket(address, shown));
  Fd fd = open_socket(AF_UNIX);
  // Nobody can connect before listen(), so the mode is right in time without a umask.
  if (fd.get() < 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(address.sun_path, S_IRUSR | S_IWUSR) != 0 || ::listen(fd.get(), SOMAXCONN) != 0)
    return cannot_listen(shown, errno_text(errno));
  return fd.release();
}

template <class Address>
Address read_as(const sockaddr_storage& storage) {
  Address address{};
  std::memcpy(&address, &storage, sizeof(address));
  return address;
}

}  // namespace

Result<int> bind_and_listen(const ListenOptions& options) {
  return options.unix_path.empty() ? bind_tcp(options) : bind_unix(options.unix_path);
}

std::string peer_name(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto ipv4 = read_as<sockaddr_in>(address);
    inet_ntop(AF_INET, &ipv4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(ipv4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto ipv6 = read_as<sockaddr_in6>(address);
    inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(ipv6.sin6_port));
  }
  return "unix";
}

}  // namespace proxx::http
