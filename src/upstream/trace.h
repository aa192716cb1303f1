#pragma once
#include <curl/curl.h>

#include "upstream/engine.h"
#include "upstream/headers.h"

namespace proxx {

/// What a trace is made of; `options` must outlive it.
struct Trace {
  const EngineOptions& options;
  Secrets secrets;  ///< of the request under way: the answer may hold them, too
};

/// Has the handle report to the options' trace functions, if any is set. `trace` outlives it.
void apply_trace(CURL* easy, const Trace& trace);

}  // namespace proxx
