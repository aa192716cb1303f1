#include "upstream/curl/connections.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "support/growth.h"

using namespace proxx;

namespace {

/// A peer that takes no more connections: those to it stay in the making.
class FullListener {
 public:
  FullListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address_), size) == 0);
    REQUIRE(::listen(socket_, 0) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size) == 0);
  }
  ~FullListener() { ::close(socket_); }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  [[nodiscard]] curl_sockaddr address() const {
    curl_sockaddr out{};
    out.family = AF_INET;
    out.socktype = SOCK_STREAM;
    out.addrlen = sizeof address_;
    reinterpret_cast<sockaddr_in&>(out.addr) = address_;
    return out;
  }
  void connect(int socket) const {
    (void)::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
  }

 private:
  int socket_;
  sockaddr_in address_{};
};

int port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

}  // namespace

TEST_CASE("a connection is found by its ends until it is closed") {
  const FullListener peer;
  Connections connections;
  const int one = connections.open(peer.address());
  const int two = connections.open(peer.address());
  CHECK(connections.find({"127.0.0.1", "127.0.0.1", 1}) == nullptr);
  peer.connect(one);
  peer.connect(two);
  const ConnectionEnds ends{"127.0.0.1", "127.0.0.1", port_of(two)};
  REQUIRE(connections.find(ends));
  CHECK(connections.find(ends)->socket == two);
  CHECK(connections.find({"127.0.0.2", "127.0.0.1", port_of(two)}) == nullptr);
  CHECK(connections.close(two));
  CHECK(connections.find(ends) == nullptr);
  CHECK_FALSE(connections.close(two));
  CHECK(connections.close(one));
  ::close(one);
  ::close(two);
}

TEST_CASE("W5: finding connections costs the same, however many others are in the making") {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const FullListener peer;
  CHECK(test::grows_linearly(200, [&peer](size_t count) {
    Connections connections;
    std::vector<int> sockets;
    for (size_t i = 0; i < count; ++i) {
      sockets.push_back(connections.open(peer.address()));
      REQUIRE(sockets.back() >= 0);
      peer.connect(sockets.back());
      REQUIRE(connections.find({"127.0.0.1", "127.0.0.1", port_of(sockets.back())}));
      CHECK(connections.find({"127.0.0.1", "127.0.0.1", 1}) == nullptr);
    }
    for (const int socket : sockets) {
      connections.close(socket);
      ::close(socket);
    }
  }));
}
