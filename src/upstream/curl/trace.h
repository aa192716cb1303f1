#pragma once
#include <curl/curl.h>

#include <functional>
#include <string_view>

#include "upstream/curl/engine.h"
#include "upstream/secrets.h"

namespace proxx {

/// What a trace is made of; `options` must outlive it.
struct Trace {
  const EngineOptions& options;
  Secrets secrets = {};  ///< of the request under way: the answer may hold them, too
  StreamMask sent = {};
  StreamMask received = {};
  /// Gets the answer's body as it comes from the connection, with its framing. libcurl shows it
  /// only where CURLOPT_VERBOSE is on.
  std::function<void(std::string_view)> on_raw_body = {};
};

[[nodiscard]] bool is_tracing(const EngineOptions& options);
/// Has the handle report request, headers and proxy to the options' trace functions, if any is set,
/// and the answer's body to on_raw_body. `trace` outlives it.
void apply_trace(CURL* easy, Trace& trace);
/// Bytes of the answer's body, without the framing of chunks.
void trace_answer(Trace& trace, std::string_view bytes);
/// The request is over: shows what was withheld because a secret might have followed.
void finish_trace(Trace& trace);

}  // namespace proxx
