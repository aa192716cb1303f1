#pragma once
#include <string>

#include "base/result.h"
#include "http/server.h"

struct sockaddr_storage;

namespace proxx::http {

/// A non-blocking, close-on-exec socket that listens. Errors: `usage`, naming the address.
Result<int> bind_and_listen(const ListenOptions& options);

/// `127.0.0.1:5000`, `[::1]:5000`, or `unix`.
std::string peer_name(const sockaddr_storage& address);

}  // namespace proxx::http
