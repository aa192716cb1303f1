#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace proxx::cli {

/// Where a server listens: on a Unix socket if `unix_path` is not empty.
struct ServerAddress {
  std::string host;
  uint16_t port = 0;
  std::string unix_path;
};

/// Asks a running `proxx serve` for /healthz, as a container's health check does. Errors: any
/// answer but 200 within three seconds. A server that listens on all addresses is asked on
/// loopback.
[[nodiscard]] Status check_health(const ServerAddress& server);

}  // namespace proxx::cli
