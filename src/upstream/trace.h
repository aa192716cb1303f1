#pragma once
#include <curl/curl.h>

#include <functional>
#include <string_view>

#include "upstream/engine.h"
#include "upstream/headers.h"

namespace proxx {

/// What a trace is made of; `options` must outlive it.
struct Trace {
  const EngineOptions& options;
  Secrets secrets;  ///< of the request under way: the answer may hold them, too
  /// Gets the answer's body as it comes from the connection, with its framing. libcurl shows it
  /// only where CURLOPT_VERBOSE is on.
  std::function<void(std::string_view)> on_raw_body = {};
};

[[nodiscard]] bool is_tracing(const EngineOptions& options);
/// Has the handle report to the options' trace functions, if any is set, and to on_raw_body.
/// `trace` outlives it.
void apply_trace(CURL* easy, const Trace& trace);

}  // namespace proxx
