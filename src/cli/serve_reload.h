#pragma once
#include <atomic>
#include <memory>

#include "base/result.h"
#include "cli/options.h"
#include "config/keys.h"
#include "config/load.h"
#include "server/live.h"

// What `proxx serve` reads when it starts, and again when it is told to.

namespace proxx::cli {

/// What requests are answered by, out of the settings. `session_id` is the process's.
[[nodiscard]] Result<server::LiveOptions> live_options(const ServeOptions& options,
                                                       const LoadedSettings& loaded, Credential own,
                                                       std::string session_id);

/// How a server began.
struct ServeStart {
  ServeOptions options;
  std::shared_ptr<const Settings> settings;  ///< as they were loaded
  std::optional<Credential> mock;            ///< the embedded mock's key: none is read
  std::string session_id;
};

/// Reads the configuration and the keys again, from where they were read before. Errors: `usage`,
/// also for another upstream_url, proxy or cacert: a key must not go to a host that it is not for.
/// `stop` as Reloader has it.
[[nodiscard]] Result<server::LiveOptions> read_again(const ServeStart& start,
                                                     const std::atomic<bool>& stop);

/// Reads the server's own key again, and nothing else. Errors as of read_again().
[[nodiscard]] Result<Credential> read_key_again(const ServeStart& start,
                                                const std::atomic<bool>& stop);

}  // namespace proxx::cli
