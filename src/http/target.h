#pragma once
#include <optional>

#include "http/guard.h"
#include "http/server.h"

namespace proxx::http {

/// Judges a request's target (RFC 9112 3.2) and makes it the origin-form or `*`. Of an absolute one
/// (`http://host:port/path`) the authority takes the place of the Host header, as the RFC demands.
/// Refuses: 400 for another form or scheme, an authority that is no host; 421 for https, which has
/// not come over TLS.
[[nodiscard]] std::optional<Refusal> resolve_target(Request& head);

}  // namespace proxx::http
