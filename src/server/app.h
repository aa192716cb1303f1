#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "exchange/key_renewal.h"
#include "http/server.h"
#include "openai/chat/request.h"
#include "server/log.h"
#include "server/reloader.h"
#include "server/reply.h"
#include "upstream/curl/engine.h"
#include "upstream/headers.h"
#include "upstream/upstream.h"

namespace proxx::server {

/// Everything `proxx serve` runs on, as plain values.
struct AppOptions {
  http::ListenOptions listen;
  http::Limits limits;
  int threads = 1;
  std::chrono::milliseconds drain{30'000};
  std::chrono::milliseconds drain_delay{0};

  EngineOptions engine;
  RequestOptions conversion;  ///< its `models` must outlive the run
  HeaderOptions headers;
  UpstreamTimeouts timeouts;
  int max_retries = 0;

  ServiceOptions service;
  LogOptions log;
  /// Reads everything again, at a SIGHUP; without it a SIGHUP ends the program.
  Reloader::Read reload;
  /// Reads the server's own key again, when the upstream refuses it; may be empty.
  KeyRenewal::Read read_key;
  /// Called once it listens, with `http://127.0.0.1:8080/v1` or `unix:PATH`.
  std::function<void(const std::string& where)> on_listening;
};

/// Serves until SIGINT or SIGTERM. Then /readyz says 503 and everything else goes on for
/// `drain_delay`, so that balancers can notice. Then it drains: it still listens, but refuses new
/// /v1 requests; requests under way have `drain` to finish and then end with an error. A SIGHUP
/// (unless it is ignored, as by nohup) reads the keys and the configuration again; requests under
/// way keep theirs. On an error, or if check_exposure() refuses the keys, nothing changes. Tells
/// systemd, if $NOTIFY_SOCKET is set, when it is ready and when it stops. Returns 0 when drained,
/// or the second signal, by which the caller then ends the program. Errors: `usage` if
/// check_exposure() refuses, or for an address that cannot be listened on.
[[nodiscard]] Result<int> serve(const AppOptions& options);

}  // namespace proxx::server
