#pragma once
#include "http/server.h"

namespace proxx::server {

/// The answer to `GET /`: page.html with page.css and page.js in it, embedded at build time. Its
/// Content-Security-Policy allows these two by their hashes, and requests to this server alone.
[[nodiscard]] http::Response page_document();

}  // namespace proxx::server
