#include "upstream/curl/send_guard.h"

#include <cstdint>
#include <utility>

namespace proxx {
namespace {

// A connection's end counts as a byte received; over TLS an alert comes before it.
constexpr uint64_t kEndBytes = 1;
constexpr uint64_t kMaxAlertBytes = 64;

bool made_connection(CURL* easy) {
  long count = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &count);
  return count > 0;
}

}  // namespace

void SendGuard::begin_second_try() {
  reset();
  second_try_ = true;
}

bool SendGuard::may_send(CURL* easy, Connections& connections, const ConnectionEnds& ends) {
  const bool again = std::exchange(asked_, true);
  if (again && (second_try_ || (got_bytes() && !is_unacknowledged()))) return false;
  connection_ = connections.find(ends);
  const bool known = connection_ != nullptr;
  kept_ = known ? std::exchange(connection_->used, true) : !made_connection(easy);
  refused_ = kept_ && (again || !known || connection_->has_unread(easy));
  if (refused_) return false;
  second_try_ = second_try_ || again;
  if (known) before_ = connection_->carried();
  return true;
}

// TCP acknowledges with each segment all that has come before it. So what arrives before a byte of
// the request is acknowledged was sent before the peer's kernel had any of it. A kernel that does
// not count has zeros here.
bool SendGuard::is_unacknowledged() const {
  return kept_ && connection_ != nullptr && before_.acknowledged > 0 &&
         connection_->carried().acknowledged == before_.acknowledged;
}

bool SendGuard::came_too_early() {
  refused_ = is_unacknowledged();
  return refused_;
}

bool SendGuard::wants_second_try(CURL* easy, CURLcode code) const {
  if (second_try_) return false;
  // Whatever libcurl made of what came: it may show no line of it, or take it for no HTTP.
  if (refused_ || is_unacknowledged()) return true;
  const bool broke =
      code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
  return broke && kept_ && !made_connection(easy) && !got_bytes();
}

// Also those that are too few for libcurl to show.
bool SendGuard::got_bytes() const {
  if (connection_ == nullptr) return false;
  const uint64_t received = connection_->carried().received - before_.received;
  return received > (tls_ ? kMaxAlertBytes : kEndBytes);
}

}  // namespace proxx
