#include "server/routes.h"

#include <algorithm>
#include <array>

namespace proxx::server {
namespace {

constexpr std::array<Route, 15> kRoutes = {{
    {Endpoint::chat_completions, "POST", "/v1/chat/completions", false, true},
    {Endpoint::completions, "POST", "/v1/completions", false, true},
    {Endpoint::responses, "POST", "/v1/responses", false, true},
    {Endpoint::input_tokens, "POST", "/v1/responses/input_tokens", false, true},
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

/// Endpoints of OpenAI's that Claude has nothing for, and what to use instead. Each with all below.
struct Absent {
  std::string_view path;
  std::string_view advice;
};
constexpr std::string_view kConversation =
    "there is no state here: send the whole conversation to POST /v1/chat/completions";
constexpr std::string_view kFileParts =
    "nothing is stored here: send files as `file` parts of POST /v1/chat/completions";
constexpr std::string_view kUploads =
    "files and batches are not kept here: send files as `file` parts of POST /v1/chat/completions; "
    "for a batch run \"proxx batch --half-price -o OUT IN\"";
constexpr std::string_view kBatch =
    "files and batches are not kept here: run \"proxx batch --half-price -o OUT IN\" instead";
constexpr std::array<Absent, 23> kAbsent = {{
    {"/v1/embeddings", "Claude makes no embeddings: use another provider for them"},
    {"/v1/images",
     "Claude makes no images: use another provider for them; images to look at are "
     "`image_url` parts of POST /v1/chat/completions"},
    {"/v1/videos", "Claude makes no videos: use another provider for them"},
    {"/v1/audio", "Claude takes and gives text only: transcribe and speak with another provider"},
    {"/v1/realtime", "use POST /v1/chat/completions with \"stream\": true"},
    {"/v1/moderations", "use another provider, or ask a model by POST /v1/chat/completions"},
    {"/v1/assistants", kConversation},
    {"/v1/threads", kConversation},
    {"/v1/conversations", kConversation},
    // Codex compacts with an ordinary turn of its own.
    {"/v1/responses/compact",
     "nothing is compacted here: ask the model for a summary by POST /v1/responses"},
    {"/v1/responses",
     "a response is not given out again: go on from it by POST /v1/responses, or send the whole "
     "conversation in its `input`"},
    {"/v1/files", kUploads},
    {"/v1/uploads", kFileParts},
    {"/v1/vector_stores", kFileParts},
    {"/v1/containers", kFileParts},
    {"/v1/batches", kBatch},
    {"/v1/fine_tuning",
     "Claude is not fine-tuned here: put instructions and examples into the "
     "messages of POST /v1/chat/completions"},
    {"/v1/fine-tunes",
     "Claude is not fine-tuned here: put instructions and examples into the "
     "messages of POST /v1/chat/completions"},
    {"/v1/evals", "Claude's API has no evals: use another provider for them"},
    {"/v1/organization", "keys and usage are in Anthropic's Console"},
    {"/v1/edits", "use POST /v1/chat/completions"},
    {"/v1/engines", "use GET /v1/models"},
    {"/v1/complete", "use POST /v1/messages"},
}};

/// `path`, or something below it.
bool is_at(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

std::string_view advice_for(std::string_view path) {
  for (const Absent& absent : kAbsent) {
    if (is_at(path, absent.path)) return absent.advice;
  }
  return {};
}

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
  return is_at(path, route_of(Endpoint::messages).path);
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
    // Where a client goes whose base URL lacks the /v1.
    const std::string with_v1 = "/v1" + std::string(path);
    const Endpoint meant = endpoint_of(with_v1);
    std::string_view advice = advice_for(path);
    if (meant != Endpoint::other) {
      error.message = "the base URL must end in /v1: ";
    } else if (advice.empty()) {
      advice = advice_for(with_v1);
    }
    error.message += advice.empty() ? "nothing is here" : advice;
    error.message += "; served are " + served();
    return err(std::move(error));
  }
  if (takes(route_of(endpoint), method)) return {};
  error.http_status = 405;
  error.code = "method_not_allowed";
  error.message = std::string(endpoint_name(endpoint)) + " takes " + allowed_methods(endpoint) +
                  "; served are " + served();
  return err(std::move(error));
}

}  // namespace proxx::server
