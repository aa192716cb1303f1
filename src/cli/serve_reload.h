#pragma once
#include <atomic>
#include <memory>

#include "base/result.h"
#include "cli/options/options.h"
#include "config/keys.h"
#include "config/load.h"
#include "server/live.h"

// What `proxx serve` reads at the start, and again on SIGHUP.

namespace proxx::cli {

/// The terms of requests, made from the settings. `session_id` is the process's.
[[nodiscard]] Result<server::LiveOptions> live_options(const ServeOptions& options,
                                                       const LoadedSettings& loaded, Credential own,
                                                       std::string session_id);

/// The start of a server.
struct ServeStart {
  ServeOptions options;
  std::shared_ptr<const Settings> settings;  ///< as they were loaded
  std::optional<Credential> mock;            ///< the embedded mock's key: none is read
  std::string session_id;
};

/// Reads the configuration and the keys again, from the same places. Errors: `usage`, also for
/// another upstream_url, proxy or cacert: a key must not go to a host that it is not for. `stop` as
/// in Reloader.
[[nodiscard]] Result<server::LiveOptions> read_again(const ServeStart& start,
                                                     const std::atomic<bool>& stop);

/// Reads the server's own key again, and nothing else. Errors as of read_again().
[[nodiscard]] Result<Credential> read_key_again(const ServeStart& start,
                                                const std::atomic<bool>& stop);

}  // namespace proxx::cli
