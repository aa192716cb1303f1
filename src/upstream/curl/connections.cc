#include "upstream/curl/connections.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "upstream/curl/tls.h"

namespace proxx {
namespace {

struct Address {
  std::string ip;  ///< "" if there is none
  int port = 0;
};

Address address_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v6 = address->sa_family == AF_INET6;
  const auto* const in4 = reinterpret_cast<const sockaddr_in*>(address);
  const auto* const in6 = reinterpret_cast<const sockaddr_in6*>(address);
  const void* const ip = v6 ? static_cast<const void*>(&in6->sin6_addr) : &in4->sin_addr;
  if (inet_ntop(address->sa_family, ip, text.data(), text.size()) == nullptr) return {};
  return {text.data(), ntohs(v6 ? in6->sin6_port : in4->sin_port)};
}

/// Port 0 until it is connecting.
Address local_address(curl_socket_t socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  return getsockname(socket, address, &size) == 0 ? address_of(address) : Address{};
}

std::string key_of(const ConnectionEnds& ends) {
  std::string key(ends.local_ip);
  key.append(" ").append(std::to_string(ends.local_port)).append(" ").append(ends.peer_ip);
  return key;
}

}  // namespace

Carried Connection::carried() const {
  if (socket == CURL_SOCKET_BAD) return at_close;
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_acked, info.tcpi_bytes_received};
}

bool Connection::has_unread(CURL* easy) const {
  char byte = 0;
  const ssize_t got = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return true;
  return tls_has_unread(easy);
}

bool is_descriptor_lack(int error_number) {
  return error_number == EMFILE || error_number == ENFILE;
}

bool out_of_descriptors() {
  const int probe = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (probe < 0) return is_descriptor_lack(errno);
  ::close(probe);
  return false;
}

curl_socket_t Connections::open(const curl_sockaddr& address) {
  const int socket =
      ::socket(address.family, address.socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  open_[socket] = {std::make_shared<Connection>(Connection{socket, false, {}}),
                   address_of(&address.addr).ip,
                   {}};
  unknown_.push_back(socket);
  return socket;
}

bool Connections::close(curl_socket_t socket) {
  const auto found = open_.find(socket);
  if (found == open_.end()) return false;
  Connection& connection = *found->second.connection;
  connection.at_close = connection.carried();
  connection.socket = CURL_SOCKET_BAD;
  const auto known = by_ends_.find(found->second.ends);
  if (known != by_ends_.end() && known->second == socket) by_ends_.erase(known);
  std::erase(unknown_, socket);
  open_.erase(found);
  return true;
}

std::shared_ptr<Connection> Connections::find(const ConnectionEnds& ends) {
  const std::string key = key_of(ends);
  auto found = by_ends_.find(key);
  if (found == by_ends_.end()) {
    learn_ends();
    found = by_ends_.find(key);
  }
  return found == by_ends_.end() ? nullptr : open_.at(found->second).connection;
}

// A socket has its own end from connect() on, long before it is connected: each is looked at once
// or twice, however many are connecting.
void Connections::learn_ends() {
  std::erase_if(unknown_, [this](curl_socket_t socket) {
    const Address local = local_address(socket);
    if (local.port == 0) return false;
    Entry& entry = open_.at(socket);
    std::string key = key_of({entry.peer_ip, local.ip, local.port});
    entry.ends = key;
    by_ends_[std::move(key)] = socket;
    return true;
  });
}

}  // namespace proxx
