#pragma once
#include <curl/curl.h>

#include "upstream/curl/engine.h"

namespace proxx {

/// Tells the handle which proxy to use: the options', or for an https upstream that of the
/// environment with the options' login.
void apply_proxy(CURL* easy, const EngineOptions& options);

}  // namespace proxx
