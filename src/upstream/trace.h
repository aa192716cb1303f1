#pragma once
#include <curl/curl.h>

#include "upstream/engine.h"

namespace proxx {

/// Has the handle report to the options' trace functions, if any is set. `options` outlives it.
void apply_trace(CURL* easy, const EngineOptions& options);

}  // namespace proxx
