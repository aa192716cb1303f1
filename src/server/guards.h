#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server.h"

// Checks on the request's head that keep a web page in the user's browser from using a server on
// localhost. Pure functions.

namespace proxx::server {

/// The names by which clients may call the server. Compared without case and without ports.
struct HostPolicy {
  std::string bound;  ///< what --host said (set by serve()); a wildcard allows any address
  std::vector<std::string> allowed;  ///< --allowed-host
};

/// 403 unless the Host header is localhost, an address of this machine's loopback, the bound
/// address or an allowed name: a foreign name that resolves to us is DNS rebinding. A missing one
/// (HTTP/1.0) is fine, and so is any over a Unix socket, which no browser reaches.
[[nodiscard]] Status check_host(const http::Request& request, const HostPolicy& policy);

/// 403 if there is an Origin that none of `cors` matches (config/origin_pattern.h).
[[nodiscard]] Status check_origin(const http::Request& request,
                                  const std::vector<std::string>& cors);

/// 415 for a charset other than UTF-8, and, with an Origin, for anything but application/json:
/// the other types are what a page can send without a preflight.
[[nodiscard]] Status check_content_type(const http::Request& request);

/// The headers that --cors adds to any answer: `vary: Origin`, and `access-control-*` for an Origin
/// that check_origin() allows. None without --cors.
[[nodiscard]] http::HeaderList cors_headers(const http::Request& request,
                                            const std::vector<std::string>& cors);

/// The answer to an OPTIONS request with an Origin that passed check_origin: 204; cors_headers go
/// beside it.
[[nodiscard]] http::Response preflight(const http::Request& request);

/// True for localhost, 127.0.0.0/8 and ::1, with or without brackets.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace proxx::server
