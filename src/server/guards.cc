#include "server/guards.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <iterator>

#include "base/ascii.h"
#include "config/origin_pattern.h"
#include "http/guard.h"

namespace proxx::server {
namespace {

using boost::asio::ip::address;

std::optional<address> parse_address(std::string_view host) {
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  boost::system::error_code error;
  const address parsed = boost::asio::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return parsed;
}

/// `[::1]:8080` to `[::1]`.
std::string_view without_port(std::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host;
  if (bracket != std::string_view::npos && colon < bracket) return host;
  return host.substr(0, colon);
}

bool names_bound_address(std::string_view host, const std::string& bound) {
  if (bound.empty()) return false;
  if (same_word(host, bound)) return true;
  const auto asked = parse_address(host);
  const auto own = parse_address(bound);
  return asked && own && (*asked == *own || own->is_unspecified());
}

Error forbidden(std::string message, std::string code) {
  Error error;
  error.kind = ErrorKind::invalid_request;
  error.message = std::move(message);
  error.code = std::move(code);
  error.http_status = 403;
  return error;
}

Error unsupported_type(std::string message) {
  Error error;
  error.kind = ErrorKind::invalid_request;
  error.message = std::move(message);
  error.code = "unsupported_media_type";
  error.http_status = 415;
  return error;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The value of `charset`, unquoted; "" if there is none.
std::string_view charset_of(std::string_view content_type) {
  for (size_t at = content_type.find(';'); at != std::string_view::npos;) {
    const size_t next = content_type.find(';', at + 1);
    const std::string_view parameter = trim(content_type.substr(at + 1, next - at - 1));
    const size_t equals = parameter.find('=');
    if (equals != std::string_view::npos &&
        same_word(trim(parameter.substr(0, equals)), "charset")) {
      std::string_view value = trim(parameter.substr(equals + 1));
      if (value.size() > 1 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
    at = next;
  }
  return {};
}

/// UTF-8 or a part of it, as it is registered or as it is often written.
bool is_utf8(std::string_view charset) {
  constexpr std::string_view kNames[] = {"utf-8", "utf8", "us-ascii", "ascii"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [charset](std::string_view name) { return same_word(charset, name); });
}

}  // namespace

bool is_loopback(std::string_view host) {
  if (same_word(host, "localhost")) return true;
  const auto parsed = parse_address(host);
  return parsed && parsed->is_loopback();
}

Status check_host(const http::Request& request, const HostPolicy& policy) {
  const auto header = request.header("host");
  if (!header || request.peer == "unix") return {};
  const std::string_view host = without_port(*header);
  if (is_loopback(host) || names_bound_address(host, policy.bound)) return {};
  const auto is_host = [host](const std::string& name) { return same_word(name, host); };
  if (std::any_of(policy.allowed.begin(), policy.allowed.end(), is_host)) return {};
  return err(
      forbidden("this server does not answer to the name in the Host header; "
                "add it with --allowed-host",
                "host_not_allowed"));
}

Status check_origin(const http::Request& request, const std::vector<std::string>& cors) {
  const auto origin = request.header("origin");
  if (!origin) return {};
  const auto matches = [&](const std::string& pattern) { return matches_origin(pattern, *origin); };
  if (request.count("origin") == 1 && std::any_of(cors.begin(), cors.end(), matches)) return {};
  return err(forbidden("web pages of this Origin may not use this server; allow it with --cors",
                       "origin_not_allowed"));
}

Status check_content_type(const http::Request& request) {
  const auto type = request.header("content-type");
  if (type) {
    const std::string_view charset = charset_of(*type);
    if (!charset.empty() && !is_utf8(charset)) {
      return err(unsupported_type("the charset of the request must be utf-8"));
    }
  }
  if (!request.header("origin")) return {};
  if (type && same_word(trim(type->substr(0, type->find(';'))), "application/json")) return {};
  return err(unsupported_type("a web page must send content-type application/json"));
}

http::HeaderList cors_headers(const http::Request& request, const std::vector<std::string>& cors) {
  if (cors.empty()) return {};
  http::HeaderList headers{{"vary", "Origin"}};
  const auto origin = request.header("origin");
  if (!origin || !check_origin(request, cors)) return headers;
  headers.emplace_back("access-control-allow-origin", std::string(*origin));
  headers.emplace_back("access-control-expose-headers",
                       "x-request-id, retry-after, retry-after-ms, x-should-retry, "
                       "x-proxx-dropped, x-proxx-adjusted, server-timing");
  return headers;
}

http::Response preflight(const http::Request& request) {
  http::Response response;
  response.status = 204;
  response.headers.emplace_back("access-control-allow-methods", "GET, POST");
  if (const auto asked = request.header("access-control-request-headers")) {
    response.headers.emplace_back("access-control-allow-headers", std::string(*asked));
  }
  if (request.header("access-control-request-private-network")) {
    response.headers.emplace_back("access-control-allow-private-network", "true");
  }
  response.headers.emplace_back("access-control-max-age", "600");
  return response;
}

}  // namespace proxx::server
