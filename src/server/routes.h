#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx::server {

/// All endpoints that are served; `other` is any other path.
enum class Endpoint {
  chat_completions,
  completions,
  responses,
  input_tokens,
  models,
  model,
  messages,
  count_tokens,
  batches,
  batch,
  batch_cancel,
  batch_results,
  healthz,
  readyz,
  metrics,
  other,
};

struct Route {
  Endpoint endpoint;
  std::string_view method;  ///< or methods, `GET POST`; a GET answers HEAD too if it is ours
  /// Raw, exact; with a final slash: what follows is a name; `{id}` is one segment of letters,
  /// digits, `_` and `-`.
  std::string_view path;
  bool is_public;    ///< needs neither an allowed Host nor a key
  bool is_upstream;  ///< a call upstream, which needs a key
};
/// The route of an endpoint other than `other`.
[[nodiscard]] const Route& route_of(Endpoint endpoint);
/// For logs and metrics: the path with `{id}` for any id, `other`.
[[nodiscard]] std::string_view endpoint_name(Endpoint endpoint);

/// True for paths of Anthropic's API, served or not: `/v1/messages` and all below it. Their clients
/// get errors in Anthropic's shape.
[[nodiscard]] bool is_anthropic(std::string_view path);

/// The endpoint of exactly this path, whatever the method. No decoding, no `..`, no `//`.
[[nodiscard]] Endpoint endpoint_of(std::string_view path);

/// Errors: 404 or 405 by method and path. The message names the paths that are served; for an
/// endpoint of OpenAI's that will never be served, it says what to use instead.
[[nodiscard]] Status check_route(std::string_view method, std::string_view path);
/// The Allow header of an endpoint: `GET, HEAD`.
[[nodiscard]] std::string allowed_methods(Endpoint endpoint);

}  // namespace proxx::server
