#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/notices.h"
#include "base/result.h"
#include "server/routes.h"

namespace proxx::server {

/// The status in log and metrics of a request whose client went away.
inline constexpr int kClientGone = 499;

/// How much of a peer's text the log and the page repeat.
inline constexpr size_t kMaxShownPathBytes = 128;
inline constexpr size_t kMaxShownNameBytes = 64;

struct TokenCounts {
  int64_t input = 0;
  int64_t output = 0;
  int64_t cached = 0;
  int64_t cache_write = 0;
  int64_t reasoning = 0;
};

/// What log and metrics get of a request when it is over. Holds nothing of its content, and no key.
struct RequestRecord {
  std::string method;
  std::string path;  ///< without its query
  Endpoint endpoint = Endpoint::other;
  std::string model;  ///< as sent upstream; "" if there is none
  int status = 0;
  std::optional<std::chrono::microseconds> first;  ///< to the first byte of an upstream's answer
  std::chrono::microseconds total{};
  std::optional<TokenCounts> tokens;
  std::string request_id;          ///< what the client got as x-request-id
  bool upstream_answered = false;  ///< request_id is the upstream's
  std::string failed_id;           ///< the upstream's of the continuation that failed; "" if none
  std::optional<ErrorKind> error;
  std::string error_word;  ///< its code, or its type
  Notices notices;
};

}  // namespace proxx::server
