#include "server/routes.h"

#include <array>

namespace proxx::server {
namespace {

constexpr std::array<Route, 9> kRoutes = {{
    {Endpoint::chat_completions, "POST", "/v1/chat/completions", false, true},
    {Endpoint::completions, "POST", "/v1/completions", false, true},
    {Endpoint::models, "GET", "/v1/models", false, false},
    {Endpoint::model, "GET", "/v1/models/", false, false},
    {Endpoint::messages, "POST", "/v1/messages", false, true},
    {Endpoint::count_tokens, "POST", "/v1/messages/count_tokens", false, true},
    {Endpoint::healthz, "GET", "/healthz", true, false},
    {Endpoint::readyz, "GET", "/readyz", true, false},
    {Endpoint::metrics, "GET", "/metrics", false, false},
}};

/// Where a client goes whose base URL lacks the /v1.
constexpr std::array<std::string_view, 4> kWithoutV1 = {"/chat/completions", "/completions",
                                                        "/models", "/messages"};

bool matches(const Route& route, std::string_view path) {
  if (route.path.back() != '/') return path == route.path;
  return path.size() > route.path.size() && path.substr(0, route.path.size()) == route.path;
}

std::string served() {
  std::string list;
  for (const Route& route : kRoutes) {
    if (!list.empty()) list += ", ";
    list.append(route.method).append(" ").append(endpoint_name(route.endpoint));
  }
  return list;
}

}  // namespace

const Route& route_of(Endpoint endpoint) {
  return kRoutes[static_cast<size_t>(endpoint)];
}

std::string_view endpoint_name(Endpoint endpoint) {
  if (endpoint == Endpoint::other) return "other";
  if (endpoint == Endpoint::model) return "/v1/models/{id}";
  return route_of(endpoint).path;
}

bool is_anthropic(std::string_view path) {
  const std::string_view messages = route_of(Endpoint::messages).path;
  if (!path.starts_with(messages)) return false;
  path.remove_prefix(messages.size());
  return path.empty() || path.front() == '/';
}

Endpoint endpoint_of(std::string_view path) {
  for (const Route& route : kRoutes) {
    if (matches(route, path)) return route.endpoint;
  }
  return Endpoint::other;
}

std::string allowed_methods(Endpoint endpoint) {
  const std::string_view method = route_of(endpoint).method;
  return method == "GET" ? "GET, HEAD" : std::string(method);
}

Status check_route(std::string_view method, std::string_view path) {
  const Endpoint endpoint = endpoint_of(path);
  Error error;
  error.kind = ErrorKind::invalid_request;
  if (endpoint == Endpoint::other) {
    error.http_status = 404;
    error.code = "not_found";
    for (const std::string_view known : kWithoutV1) {
      if (path == known) error.message = "the base URL must end in /v1: ";
    }
    error.message += "nothing is here; served are " + served();
    return fail(std::move(error));
  }
  const std::string_view wanted = route_of(endpoint).method;
  if (method == wanted || (method == "HEAD" && wanted == "GET")) return {};
  error.http_status = 405;
  error.code = "method_not_allowed";
  error.message = std::string(endpoint_name(endpoint)) + " takes " + allowed_methods(endpoint) +
                  "; served are " + served();
  return fail(std::move(error));
}

}  // namespace proxx::server
