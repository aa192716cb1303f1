#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "http/server.h"
#include "upstream/headers.h"

// Decides which key goes upstream. No error and no message here ever holds a key.

namespace proxx::server {

struct KeyRules {
  Credential own;                     ///< the server's; may be empty
  std::vector<std::string> accepted;  ///< of auth_file; empty: there is none
  ClientKey client_key = ClientKey::forward;
  bool own_is_secret = true;  ///< false for the mock's: anyone may use it
  Secrets hidden = {};        ///< that are not used, and not shown either
  /// What to do where `own` is empty and a client can have none either; "": the client sends one.
  std::string own_missing = {};
};

/// The server's own keys, its secret configured headers and the rules' `hidden`, for the provider:
/// texts from upstream must not show them. The keys of auth_file never go upstream, so none can
/// come back.
[[nodiscard]] Secrets secrets_held(const KeyRules& rules, const HeaderOptions& headers);

/// The credential for upstream, by proxx-serve(1). With `accepted`, the client's key must be one of
/// them and the server's own is sent. Without it, the client's own key is sent, or the server's if
/// the client has none. `client_key: ignore` ignores the client's. Errors: `unauthorized` (401),
/// and 400 for two keys that differ.
[[nodiscard]] Result<Credential> credential_for(const http::Request& request,
                                                const KeyRules& rules);

/// The same for a request that credential_for() or check_client_key() has accepted: does not search
/// `accepted` again.
[[nodiscard]] Result<Credential> admitted_credential(const http::Request& request,
                                                     const KeyRules& rules);

/// The key that the client sent, whatever the rules say; "" without one. Only for telling clients
/// apart.
[[nodiscard]] std::string presented_key(const http::Request& request);

/// As credential_for, for endpoints that need no upstream key (/v1/models, /metrics): only checks
/// `accepted`, and refuses two keys that differ (400).
[[nodiscard]] Status check_client_key(const http::Request& request, const KeyRules& rules);

/// The time taken depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

/// The keys of an auth file's text: one a line, `#` comments and blank lines aside. Errors: `usage`
/// with the line number; a file without a key is one too.
[[nodiscard]] Result<std::vector<std::string>> parse_auth_file(std::string_view text);
/// parse_auth_file of the file at `path`. Errors: `usage`, naming the path.
[[nodiscard]] Result<std::vector<std::string>> read_auth_file(const std::string& path);

/// Checks whether a server may start in this way. Refuses (`usage`) a key that anyone on the
/// network could use, an auth_file without a key of the server's own, and `client_key: ignore`
/// without one.
[[nodiscard]] Status check_exposure(const http::ListenOptions& listen, const KeyRules& rules);

}  // namespace proxx::server
