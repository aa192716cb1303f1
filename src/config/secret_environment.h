#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/config_file.h"

// Credentials in the environment: taken out of it when the program begins, so that neither /proc
// nor a command shows them. process_environment() still answers for them.

namespace proxx {

inline constexpr const char* kCustomHeadersVariable = "ANTHROPIC_CUSTOM_HEADERS";
/// The variables that are taken: the keys of every host and ANTHROPIC_CUSTOM_HEADERS. AWS's own
/// stay, because the commands that proxx runs may need them.
[[nodiscard]] const std::vector<const char*>& secret_variables();

/// `user` and `password` of a proxy's URL, decoded.
struct ProxyLogin {
  std::string user;
  std::string password;
};
/// That of the proxy which libcurl takes for https: https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY,
/// the first that is set. Empty if its URL has none.
[[nodiscard]] ProxyLogin environment_proxy_login(const GetEnv& getenv);

/// Takes the secrets out of the process's environment and overwrites them there, because /proc
/// shows it to the same user: the secret variables are unset, and proxies (`*_proxy`, in any case)
/// lose the login and the query of their URL. Before there are threads that read the environment.
void take_secret_environment();

/// The value that take_secret_environment() found; nothing if it has changed no such variable.
[[nodiscard]] std::optional<std::string> taken_variable(const char* name);

}  // namespace proxx
