#pragma once
#include <curl/curl.h>

#include <string_view>

#include "upstream/engine.h"
#include "upstream/headers.h"

namespace proxx {

/// What a trace is made of; `options` must outlive it.
struct Trace {
  const EngineOptions& options;
  Secrets secrets;  ///< of the request under way: the answer may hold them, too
};

[[nodiscard]] bool is_tracing(const EngineOptions& options);

/// Reports to the options' trace functions what CURLOPT_DEBUGFUNCTION was given.
void report(const Trace& trace, curl_infotype type, std::string_view bytes);

}  // namespace proxx
