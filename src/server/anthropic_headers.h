#pragma once
#include "base/result.h"
#include "http/server.h"
#include "upstream/headers.h"

namespace proxx::server {

/// The client's `anthropic-version` and `anthropic-beta`, which go upstream. Errors:
/// `invalid_request` for a value with anything but token characters.
[[nodiscard]] Result<RequestHeaders> anthropic_headers(const http::Request& request);

}  // namespace proxx::server
