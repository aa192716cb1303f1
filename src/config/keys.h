#pragma once
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/aws_credentials.h"
#include "base/result.h"
#include "config/load.h"

namespace proxx {

/// proxx's own credential. Either of the first two may be set, or both, or none of the three.
struct Keys {
  std::string api_key;     ///< for x-api-key
  std::string auth_token;  ///< for Authorization: Bearer
  AwsCredentials aws;
  std::string source;                 ///< where they come from: `ANTHROPIC_API_KEY`, `--key-file`
  std::vector<std::string> warnings;  ///< about a key file that others can read
  [[nodiscard]] bool empty() const { return api_key.empty() && auth_token.empty() && aws.empty(); }
};

/// Longest wait for api_key_command: a human may have to unlock a key ring.
inline constexpr std::chrono::milliseconds kKeyCommandLimit{30'000};
inline constexpr size_t kMaxKeyBytes = size_t{8} << 10;

/// The first of these that is there, alone: --key-file (api_key_file set by a flag); the variables
/// of the host that is chosen, for anthropic ANTHROPIC_API_KEY and ANTHROPIC_AUTH_TOKEN, both if
/// both are set; the file or command of the configuration; for a host of AWS's its three variables.
/// Where a host takes no keys, every key is a token. None is no error: the result is empty. Errors:
/// `usage`, naming the source and never holding the key. `stop` is run_key_command()'s.
[[nodiscard]] Result<Keys> read_keys(const LoadedSettings& loaded, const GetEnv& getenv,
                                     std::chrono::milliseconds command_limit = kKeyCommandLimit,
                                     const std::atomic<bool>* stop = nullptr);

/// What to tell who has no key: every source, in order.
[[nodiscard]] std::string missing_key_text(const LoadedSettings& loaded);

/// The variables that hold credentials for a host, AWS's own included.
[[nodiscard]] std::vector<const char*> credential_variables(HostKind host);
/// Those that no other program needs: they are taken out of the environment.
[[nodiscard]] const std::vector<const char*>& key_variables();

}  // namespace proxx
