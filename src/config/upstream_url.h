#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx {

struct UpstreamUrl {
  std::string text;       ///< `mock`, or scheme://host[:port][/prefix] without a final slash
  bool insecure = false;  ///< http:// to a host that is not this machine
};

/// Checks an upstream's base URL. A trailing `/`, `/v1` or `/v1/messages` is removed. The error is
/// what is wrong in words; it never holds the URL, which may hold a password.
[[nodiscard]] tl::expected<UpstreamUrl, std::string> parse_upstream_url(std::string_view text);

}  // namespace proxx
