#include "server/routes.h"

#include <algorithm>
#include <array>

namespace proxx::server {
namespace {

constexpr std::array<Route, 12> kRoutes = {{
    {Endpoint::chat_completions, "POST", "/v1/chat/completions", false, true},
    {Endpoint::models, "GET", "/v1/models", false, false},
    {Endpoint::model, "GET", "/v1/models/", false, false},
    {Endpoint::messages, "POST", "/v1/messages", false, true},
    {Endpoint::count_tokens, "POST", "/v1/messages/count_tokens", false, true},
    {Endpoint::batches, "GET POST", "/v1/messages/batches", false, true},
    {Endpoint::batch, "GET DELETE", "/v1/messages/batches/{id}", false, true},
    {Endpoint::batch_cancel, "POST", "/v1/messages/batches/{id}/cancel", false, true},
    {Endpoint::batch_results, "GET", "/v1/messages/batches/{id}/results", false, true},
    {Endpoint::healthz, "GET", "/healthz", true, false},
    {Endpoint::readyz, "GET", "/readyz", true, false},
    {Endpoint::metrics, "GET", "/metrics", false, false},
}};

/// Where a client goes whose base URL lacks the /v1.
constexpr std::array<std::string_view, 3> kWithoutV1 = {"/chat/completions", "/models",
                                                        "/messages"};

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
}

bool matches(const Route& route, std::string_view path) {
  constexpr std::string_view kId = "{id}";
  const size_t hole = route.path.find(kId);
  if (hole != std::string_view::npos) {
    const std::string_view before = route.path.substr(0, hole);
    const std::string_view after = route.path.substr(hole + kId.size());
    if (!path.starts_with(before)) return false;
    path.remove_prefix(before.size());
    if (!path.ends_with(after)) return false;
    path.remove_suffix(after.size());
    return is_id(path);
  }
  if (route.path.back() != '/') return path == route.path;
  return path.size() > route.path.size() && path.substr(0, route.path.size()) == route.path;
}

/// Calls `each` with every method of a route.
template <class Each>
void for_methods(const Route& route, const Each& each) {
  for (std::string_view rest = route.method; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    each(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

bool takes(const Route& route, std::string_view method) {
  bool found = false;
  for_methods(route, [&](std::string_view each) {
    found = found || each == method || (method == "HEAD" && each == "GET" && !route.is_upstream);
  });
  return found;
}

std::string served() {
  std::string list;
  for (const Route& route : kRoutes) {
    if (!list.empty()) list += ", ";
    std::string methods(route.method);
    std::replace(methods.begin(), methods.end(), ' ', '|');
    list.append(methods).append(" ").append(endpoint_name(route.endpoint));
  }
  return list;
}

/// OpenAI's batches would need a place to keep files; the command line has one.
bool is_openai_batch(std::string_view path) {
  for (const std::string_view start : {"/v1/batches", "/v1/files"}) {
    if (path.starts_with(start) && (path.size() == start.size() || path[start.size()] == '/')) {
      return true;
    }
  }
  return false;
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
  const Route& route = route_of(endpoint);
  std::string list;
  for_methods(route, [&](std::string_view method) {
    list.append(list.empty() ? "" : ", ").append(method);
    if (method == "GET" && !route.is_upstream) list += ", HEAD";
  });
  return list;
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
    if (is_openai_batch(path)) {
      error.message =
          "files and batches are not kept here: run \"proxx batch --half-price -o OUT IN\" "
          "instead; ";
    }
    error.message += "nothing is here; served are " + served();
    return fail(std::move(error));
  }
  if (takes(route_of(endpoint), method)) return {};
  error.http_status = 405;
  error.code = "method_not_allowed";
  error.message = std::string(endpoint_name(endpoint)) + " takes " + allowed_methods(endpoint) +
                  "; served are " + served();
  return fail(std::move(error));
}

}  // namespace proxx::server
