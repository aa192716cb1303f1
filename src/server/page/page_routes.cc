#include "server/page/page_routes.h"

#include <array>
#include <charconv>
#include <string>
#include <system_error>

namespace proxx::server {
namespace {

constexpr std::string_view kOne = "/proxx/requests/";

struct Row {
  PageRoute route;
  std::string_view path;
  std::string_view method;
};
constexpr std::array<Row, 7> kRows = {{
    {PageRoute::document, "/", "GET"},
    {PageRoute::document, "/index.html", "GET"},
    {PageRoute::requests, "/proxx/requests", "GET"},
    {PageRoute::request, kOne, "GET"},
    {PageRoute::events, "/proxx/events", "GET"},
    {PageRoute::recording, "/proxx/recording", "POST"},
    {PageRoute::convert, "/proxx/convert", "POST"},
}};

Error refused(int status, std::string_view code, std::string message) {
  Error error;
  error.kind = ErrorKind::invalid_request;
  error.http_status = status;
  error.code = code;
  error.message = std::move(message);
  return error;
}

}  // namespace

PageRoute page_route_of(std::string_view path) {
  if (path.starts_with("/v1/")) return PageRoute::none;  // nearly all of them
  for (const Row& row : kRows) {
    if (path == row.path && row.path != kOne) return row.route;
  }
  const bool is_one = path.size() > kOne.size() && path.starts_with(kOne);
  return is_one ? PageRoute::request : PageRoute::none;
}

std::string page_methods(PageRoute route) {
  if (route == PageRoute::recording || route == PageRoute::convert) return "POST";
  return route == PageRoute::events ? "GET" : "GET, HEAD";
}

uint64_t page_request_id(std::string_view path) {
  const std::string_view text = path.substr(kOne.size());
  uint64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? id : 0;
}

bool is_own_origin(const http::Request& request) {
  const auto origin = request.header("origin");
  const auto host = request.header("host");
  if (!origin || !host || request.count("origin") != 1) return false;
  return *origin == "http://" + std::string(*host) || *origin == "https://" + std::string(*host);
}

Status check_page(const http::Request& request, PageRoute route, const HostPolicy& hosts) {
  PROXX_TRY(check_host(request, hosts));
  if (request.header("origin") && !is_own_origin(request)) {
    return err(refused(403, "origin_not_allowed", "the page answers to itself alone"));
  }
  const auto site = request.header("sec-fetch-site");
  if (route != PageRoute::document && site && *site != "same-origin" && *site != "none") {
    return err(refused(403, "origin_not_allowed", "the page's data is for the page alone"));
  }
  for (const Row& row : kRows) {
    if (row.route != route) continue;
    const bool is_head = request.method == "HEAD" && row.method == "GET";
    if (request.method == row.method || (is_head && route != PageRoute::events)) return {};
    return err(refused(405, "method_not_allowed",
                       std::string(row.path) + " takes " + std::string(row.method)));
  }
  return {};
}

}  // namespace proxx::server
