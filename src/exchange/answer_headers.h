#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// What of an upstream answer's headers a client gets (docs/mapping-chat.md 6.9): `x-request-id`
/// from `request-id`, `retry-after`, `retry-after-ms`, `x-should-retry`, the
/// `anthropic-ratelimit-*` set and its translation to `x-ratelimit-*` with resets as durations
/// (`1m30s`).
[[nodiscard]] HeaderList client_headers(const HeaderList& upstream, int64_t now_unix_s);

/// The upstream's id of the request, under the name that its host has for it; "" without one.
[[nodiscard]] std::string_view upstream_request_id(const HeaderList& upstream);

/// What an error itself says of trying again, where the upstream's headers do not.
void add_retry_hints(HeaderList& headers, const Error& error);

}  // namespace proxx
