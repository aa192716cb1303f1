#include "config/upstream_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/ascii.h"

namespace proxx {
namespace {

bool strip_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) {
    return false;
  }
  text.remove_suffix(suffix.size());
  return true;
}

void strip_slashes(std::string_view& text) {
  while (strip_suffix(text, "/")) {
  }
}

bool is_ipv6(const std::string& host, in6_addr& address) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) == 1;
}

bool is_host(const std::string& host) {
  in6_addr address;
  if (is_ipv6(host, address)) return true;
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
}

// By text alone: a name that resolves to 127.0.0.1 today may not tomorrow.
bool is_loopback(const std::string& host) {
  in_addr v4;
  in6_addr v6;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (is_ipv6(host, v6)) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

}  // namespace

tl::expected<UpstreamUrl, std::string> parse_upstream_url(std::string_view text) {
  const auto no = [](const char* message) { return tl::unexpected(std::string(message)); };
  if (text == "mock") return UpstreamUrl{"mock", false};
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= 0x20 || c >= 0x7f; })) {
    return no("spaces, control and non-ASCII characters have no place in a URL");
  }
  const size_t colon = text.find("://");
  const std::string scheme = lower(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos || (scheme != "https" && scheme != "http")) {
    return no("expected https://HOST[:PORT][/PREFIX] or mock");
  }
  std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("?#\\") != std::string_view::npos) {
    return no("a base URL has no query, no fragment and no backslash");
  }
  std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view path = rest.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) {
    return no("a user name or password has no place in the URL");
  }
  // The colon of a port comes behind the bracket of an IPv6 address.
  const size_t bracket = authority.rfind(']');
  const size_t port_at = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string host = lower(authority.substr(0, port_at));
  if (!is_host(host)) return no("the host is missing or malformed");
  std::string url = scheme + "://" + host;
  if (port_at != std::string_view::npos) {
    const std::string_view port = authority.substr(port_at + 1);
    if (!is_port(port)) return no("expected a port from 1 to 65535");
    url.append(":").append(port);
  }
  strip_slashes(path);
  strip_suffix(path, "/v1/messages") || strip_suffix(path, "/v1");
  strip_slashes(path);
  url.append(path);
  return UpstreamUrl{std::move(url), scheme == "http" && !is_loopback(host)};
}

}  // namespace proxx
