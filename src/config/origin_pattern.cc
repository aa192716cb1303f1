#include "config/origin_pattern.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kOpaque = "null";  // what a sandboxed page or a file has for an origin
constexpr std::string_view kSeparator = "://";

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_small(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_small(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

/// Takes a host from the front of `rest`; false if none is there.
bool take_host(std::string_view& rest) {
  size_t end = 0;
  if (rest.starts_with("[")) {
    end = rest.find(']');
    const bool good =
        end != std::string_view::npos && end > 1 &&
        rest.substr(1, end - 1).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
    if (!good) return false;
    ++end;
  } else {
    while (end < rest.size() && (is_small(rest[end]) || is_digit(rest[end]) || rest[end] == '-' ||
                                 rest[end] == '.' || rest[end] == '_')) {
      ++end;
    }
  }
  rest.remove_prefix(end);
  return end > 0;
}

/// A browser leaves a scheme's own port out.
bool is_port(std::string_view text, std::string_view scheme) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool number = error == std::errc{} && end == text.data() + text.size() && port > 0 &&
                      port <= 65'535 && text.front() != '0';
  return number && !(scheme == "http" && port == 80) && !(scheme == "https" && port == 443);
}

}  // namespace

std::optional<std::string> check_origin_pattern(std::string& pattern) {
  const std::string_view text = pattern;
  if (text == kAny || text == kOpaque) return std::nullopt;
  const auto wrong = [](std::string_view why) {
    return "expected an origin such as https://app.example, scheme://* or *" + std::string(why);
  };
  if (text.empty()) return wrong("");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return wrong(", in small letters");
  }
  const size_t colon = text.find(kSeparator);
  if (colon == std::string_view::npos) return wrong(": the scheme is missing");
  const std::string_view scheme = text.substr(0, colon);
  std::string_view rest = text.substr(colon + kSeparator.size());
  if (!is_scheme(scheme)) return wrong(": the scheme is malformed");
  if (rest == kAny || (rest.empty() && scheme == "file")) return std::nullopt;
  if (rest.find_first_of("/?#") != std::string_view::npos) {
    return wrong(", without a path, a query or a final slash");
  }
  if (rest.find('@') != std::string_view::npos) return wrong(", without a user");
  if (!take_host(rest)) return wrong(": the host is missing or malformed");
  if (rest.empty()) return std::nullopt;
  if (rest.front() != ':') return wrong(": the host is malformed");
  if (!is_port(rest.substr(1), scheme)) {
    return wrong(": the port is malformed, or the scheme's own, which browsers leave out");
  }
  return std::nullopt;
}

bool matches_origin(std::string_view pattern, std::string_view origin) {
  if (pattern == kAny) return true;
  const bool any_host = pattern.ends_with("://*");
  if (!any_host) return pattern == origin;
  return origin.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace proxx
