#pragma once
#include <string>
#include <vector>

#include "config/config_file.h"

// Credentials in the environment: read once, kept from commands, then forgotten.

namespace proxx {

/// The variables whose values are secret: the keys and ANTHROPIC_CUSTOM_HEADERS.
[[nodiscard]] const std::vector<const char*>& secret_variables();

/// `user` and `password` of a proxy's URL, decoded.
struct ProxyLogin {
  std::string user;
  std::string password;
};
/// That of the proxy which libcurl takes for https: https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY,
/// the first that is set. Empty if its URL has none.
[[nodiscard]] ProxyLogin environment_proxy_login(const GetEnv& getenv);

/// `NAME=value` of every variable of this process that a command may see: without the secret ones,
/// and proxies (`*_proxy`, in any case) without their login.
[[nodiscard]] std::vector<std::string> harmless_environment();

/// Makes the process's environment the harmless one, and overwrites what it held: /proc shows it to
/// the same user. Before there are threads that read the environment.
void forget_secret_environment();

}  // namespace proxx
