#include "config/header_field.h"

#include <algorithm>

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

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

}  // namespace

bool same_header(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> check_header(std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token)) {
    return "malformed header name";
  }
  for (std::string_view framing : kFraming) {
    if (same_header(name, framing)) return "header " + std::string(framing) + " cannot be set";
  }
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  if (std::any_of(value.begin(), value.end(), is_control)) {
    return "control character in the value of header " + std::string(name);
  }
  return std::nullopt;
}

bool looks_secret(std::string_view name, std::string_view value) {
  const std::string low_name = lowered(name);
  const std::string low_value = lowered(value.substr(0, 16));
  return std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                     [&](auto part) { return low_name.find(part) != std::string::npos; }) ||
         std::any_of(std::begin(kSecretStarts), std::end(kSecretStarts),
                     [&](auto start) { return low_value.rfind(start, 0) == 0; });
}

}  // namespace proxx
