#pragma once
#include <curl/curl.h>

#include <memory>

#include "upstream/curl/connections.h"

namespace proxx {

/// Decides, each time libcurl is about to send a request, whether it may. Rules:
///  1. A request is sent twice at most: again only if a kept connection brought no byte of an
///     answer, and then on a new connection (docs/faults.md U51). libcurl alone would go through
///     all kept connections that are dead, up to six.
///  2. It is sent on no kept connection on which something waits to be read: that answers an
///     earlier request, or none (docs/faults.md X1). Nor is anything an answer that comes before
///     the peer has a byte of the request.
class SendGuard {
 public:
  /// `tls`: whether the connections are encrypted.
  explicit SendGuard(bool tls) : tls_(tls) {}

  /// For a new request.
  void reset() { *this = SendGuard(tls_); }
  /// The second try, on a new connection.
  void begin_second_try();

  /// The answer to CURLOPT_PREREQFUNCTION of `easy`.
  [[nodiscard]] bool may_send(CURL* easy, Connections& connections, const ConnectionEnds& ends);
  /// Asked at the first line of an answer: whether it was sent before the peer could know the
  /// request. Then the connection is refused.
  [[nodiscard]] bool came_too_early();

  /// libcurl gave up with `code` before it showed a line of an answer that counts: whether there is
  /// to be a second try.
  [[nodiscard]] bool wants_second_try(CURL* easy, CURLcode code) const;

 private:
  [[nodiscard]] bool got_bytes() const;
  /// The peer's kernel has had no byte of the request.
  [[nodiscard]] bool is_unacknowledged() const;

  bool tls_;
  std::shared_ptr<Connection> connection_;  ///< that the request goes out on; null if unknown
  Carried before_;                          ///< by the connection, before the request
  bool kept_ = false;                       ///< the connection had an earlier request
  bool asked_ = false;                      ///< in this try
  bool refused_ = false;
  bool second_try_ = false;
};

}  // namespace proxx
