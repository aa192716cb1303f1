#include "config/header_field.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/secret_text.h"

namespace proxx {
namespace {

// libcurl and HTTP decide these; Accept-Encoding because coded answers are not read (docs/faults.md
// U48).
constexpr std::string_view kFraming[] = {
    "host",         "content-length",   "transfer-encoding", "connection", "keep-alive",
    "te",           "trailer",          "upgrade",           "expect",     "proxy-connection",
    "content-type", "content-encoding", "accept-encoding"};

}  // namespace

std::optional<std::string> check_header(std::string_view name, std::string_view value) {
  if (!is_token(name)) return "malformed header name";
  for (std::string_view framing : kFraming) {
    if (same_word(name, framing)) return "header " + std::string(framing) + " cannot be set";
  }
  if (std::any_of(value.begin(), value.end(), is_field_control)) {
    return "control character in the value of header " + shown(name);
  }
  if (begins_like_key(name)) return "expected a header name, got " + shown(name);
  return std::nullopt;
}

bool looks_secret(std::string_view name, std::string_view value) {
  return names_secret(name) || looks_like_secret(value);
}

}  // namespace proxx
