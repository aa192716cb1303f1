#pragma once
#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proxx {

/// The ends of a connection, as CURLOPT_PREREQFUNCTION gives them.
struct ConnectionEnds {
  std::string_view peer_ip;
  std::string_view local_ip;
  int local_port = 0;
};

/// Bytes that a connection has carried, as the kernel counts them; zeros if it does not report
/// them.
struct Carried {
  uint64_t acknowledged = 0;  ///< sent bytes that the peer's kernel has acknowledged
  uint64_t received = 0;
};

/// An open connection to the upstream or a proxy. Shared between the table below and the transfer
/// that uses it, because libcurl closes the socket before it reports the transfer's end.
struct Connection {
  curl_socket_t socket = CURL_SOCKET_BAD;  ///< CURL_SOCKET_BAD once closed
  bool used = false;                       ///< a request has gone out on it
  Carried at_close;

  [[nodiscard]] Carried carried() const;
  /// Whether anything is unread: bytes, TLS records inside OpenSSL, the peer's close, or an error.
  /// `easy` is the handle that libcurl uses the connection for.
  [[nodiscard]] bool has_unread(CURL* easy) const;
};

/// Whether `error_number` says that no file descriptor is left.
[[nodiscard]] bool is_descriptor_lack(int error_number);
/// Whether none is left now.
[[nodiscard]] bool out_of_descriptors();

/// The connections that libcurl has open. libcurl does not name the socket of a request about to be
/// sent (CURLINFO_ACTIVESOCKET is the previous one's), so it is found by its ends.
class Connections {
 public:
  /// CURL_SOCKET_BAD on failure, with errno set.
  [[nodiscard]] curl_socket_t open(const curl_sockaddr& address);
  /// False for a socket that open() did not make.
  bool close(curl_socket_t socket);
  [[nodiscard]] size_t count() const { return open_.size(); }

  /// Null if no connected socket has these ends.
  [[nodiscard]] std::shared_ptr<Connection> find(const ConnectionEnds& ends);

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;
    std::string peer_ip;
    std::string ends;  ///< "" until its own end is known
  };
  void learn_ends();

  std::unordered_map<curl_socket_t, Entry> open_;
  std::unordered_map<std::string, curl_socket_t> by_ends_;
  std::vector<curl_socket_t> unknown_;  ///< ends not known yet
};

}  // namespace proxx
