#pragma once
#include <memory>
#include <string>
#include <vector>

#include "anthropic/models.h"
#include "openai/request_options.h"
#include "server/reply.h"
#include "upstream/headers.h"
#include "upstream/upstream.h"

namespace proxx::server {

/// What SIGHUP can change in a running server: everything but where it listens, where it sends
/// requests, and what its loops are made of. Requests under way keep the terms that they began
/// with.
struct LiveOptions {
  std::shared_ptr<const ModelTable> models;
  RequestOptions conversion;  ///< its `models` is the table above
  HeaderOptions headers;
  UpstreamTimeouts timeouts;
  int max_retries = 0;
  ServiceOptions service;
  std::string base_url;                    ///< of the engine
  std::vector<std::string> needs_restart;  ///< keys that were changed and stay as they were
};

}  // namespace proxx::server
