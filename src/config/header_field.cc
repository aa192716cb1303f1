#include "config/header_field.h"

#include <algorithm>

#include "core/ascii.h"

namespace proxx {
namespace {

// libcurl and HTTP decide these; Accept-Encoding because coded answers are not read (faults.md
// U48).
constexpr std::string_view kFraming[] = {
    "host",         "content-length",   "transfer-encoding", "connection", "keep-alive",
    "te",           "trailer",          "upgrade",           "expect",     "proxy-connection",
    "content-type", "content-encoding", "accept-encoding"};

constexpr std::string_view kSecretParts[] = {"key",    "token",      "auth", "secret",
                                             "cookie", "credential", "passw"};
constexpr std::string_view kSecretStarts[] = {"sk-", "bearer ", "basic "};

}  // namespace

std::optional<std::string> check_header(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    return "malformed header name";
  }
  for (std::string_view framing : kFraming) {
    if (same_word(name, framing)) return "header " + std::string(framing) + " cannot be set";
  }
  if (std::any_of(value.begin(), value.end(), is_field_control)) {
    return "control character in the value of header " + std::string(name);
  }
  return std::nullopt;
}

bool looks_secret(std::string_view name, std::string_view value) {
  const std::string low_name = lower(name);
  const std::string low_value = lower(value.substr(0, 16));
  return std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                     [&](auto part) { return low_name.find(part) != std::string::npos; }) ||
         std::any_of(std::begin(kSecretStarts), std::end(kSecretStarts),
                     [&](auto start) { return low_value.rfind(start, 0) == 0; });
}

}  // namespace proxx
