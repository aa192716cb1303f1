#include "support/raw_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace proxx::test {
namespace {

using Clock = std::chrono::steady_clock;

/// False once `deadline` has passed.
bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<RawClient::Millis>(deadline - Clock::now()).count();
  pollfd state{fd, events, 0};
  return left >= 0 && ::poll(&state, 1, static_cast<int>(left) + 1) > 0;
}

template <class Address>
int connect_to(const Address& address) {
  const int fd =
      ::socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(error));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace

std::string RawResponse::header(std::string_view name) const {
  const std::string key = "\r\n" + lower(name) + ": ";
  const size_t at = lower(head).find(key);
  if (at == std::string::npos) return {};
  const size_t begin = at + key.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawClient::RawClient(std::uint16_t port, Millis patience) : patience_(patience) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fd_ = connect_to(address);
}

RawClient::RawClient(const std::string& unix_path, Millis patience) : patience_(patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, unix_path.data(),
              std::min(unix_path.size(), sizeof(address.sun_path) - 1));
  fd_ = connect_to(address);
}

RawClient::~RawClient() {
  close();
}

bool RawClient::send(std::string_view bytes) {
  const auto deadline = Clock::now() + patience_;
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EAGAIN || !wait_for(fd_, POLLOUT, deadline)) {
      return false;
    }
  }
  return true;
}

bool RawClient::fill(Clock::time_point deadline) {
  if (ended_ || !wait_for(fd_, POLLIN, deadline)) return false;
  std::array<char, 65536> bytes;
  const ssize_t count = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    ended_ = true;
    reset_ = count < 0;
    return false;
  }
  in_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

std::string RawClient::take(size_t count) {
  std::string result = in_.substr(0, count);
  in_.erase(0, count);
  return result;
}

std::string RawClient::read_until(std::string_view marker) {
  const auto deadline = Clock::now() + patience_;
  for (;;) {
    const size_t at = in_.find(marker);
    if (at != std::string::npos) return take(at + marker.size());
    if (!fill(deadline)) return take(in_.size());
  }
}

std::string RawClient::read_at_least(size_t count) {
  const auto deadline = Clock::now() + patience_;
  while (in_.size() < count && fill(deadline)) {
  }
  return take(in_.size());
}

std::string RawClient::read_to_end() {
  const auto deadline = Clock::now() + patience_;
  while (fill(deadline)) {
  }
  return take(in_.size());
}

bool RawClient::closed_within(Millis time) {
  const auto deadline = Clock::now() + time;
  while (fill(deadline)) {
  }
  return ended_;
}

RawResponse RawClient::read_response(bool to_head) {
  RawResponse response;
  response.head = read_until("\r\n\r\n");
  if (response.head.size() < 13 || response.head.substr(response.head.size() - 4) != "\r\n\r\n")
    return response;
  response.status = std::atoi(response.head.c_str() + 9);
  if (to_head || response.status < 200 || response.status == 204 || response.status == 304) {
    response.complete = true;
    return response;
  }
  return read_body(std::move(response));
}

RawResponse RawClient::read_body(RawResponse response) {
  const std::string length = response.header("content-length");
  if (!length.empty()) {
    const auto wanted = static_cast<size_t>(std::atoll(length.c_str()));
    const auto deadline = Clock::now() + patience_;
    while (in_.size() < wanted && fill(deadline)) {
    }
    response.body = take(wanted);
    response.complete = response.body.size() == wanted;
  } else if (response.header("transfer-encoding") == "chunked") {
    read_chunks(response);
  } else {
    response.body = read_to_end();
    response.complete = ended_ && !reset_;
  }
  return response;
}

void RawClient::read_chunks(RawResponse& response) {
  for (;;) {
    const std::string line = read_until("\r\n");
    if (line.empty() || line.back() != '\n') return;
    const size_t size = std::strtoull(line.c_str(), nullptr, 16);
    const auto deadline = Clock::now() + patience_;
    while (in_.size() < size + 2 && fill(deadline)) {
    }
    if (in_.size() < size + 2) {
      response.body += take(in_.size());
      return;
    }
    response.body += take(size);
    take(2);
    if (size == 0) {
      response.complete = true;
      return;
    }
  }
}

void RawClient::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close();
}

}  // namespace proxx::test
