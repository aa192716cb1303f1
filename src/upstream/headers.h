#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/aws_credentials.h"
#include "base/result.h"
#include "upstream/secrets.h"
#include "upstream/upstream.h"

namespace proxx {

/// Which client the upstream sees (docs/protocol.md 7).
enum class HeaderProfile { claude_code, plain };

/// What goes on every upstream request, apart from what one request brings. Made once per process.
struct HeaderOptions {
  HeaderProfile profile = HeaderProfile::claude_code;
  std::string anthropic_version = "2023-06-01";
  std::string claude_cli_version;  ///< "" is the built-in constant
  std::string session_id;          ///< UUID v4, one per process
  /// Configured, and validated there. One named as a field of the profile replaces it;
  /// `anthropic-beta` joins the list.
  HeaderList extra;
};

/// A credential, in the form it goes upstream. The first two may both be set (proxx.yaml(5)).
struct Credential {
  std::string api_key;      ///< x-api-key
  std::string auth_token;   ///< Authorization: Bearer
  AwsCredentials aws = {};  ///< signs the request
  /// The upstream has refused it, and no other could be read: it is renewed before it is sent
  /// again.
  bool refused = false;
  [[nodiscard]] bool empty() const { return api_key.empty() && auth_token.empty() && aws.empty(); }
  friend bool operator==(const Credential&, const Credential&) = default;
};

/// What one request adds: the client's own version and betas win over, or join, the profile's.
struct RequestHeaders {
  std::string anthropic_version;   ///< "" is the options'
  std::vector<std::string> betas;  ///< client's, then conversion's; doubles are removed
  int retries_done = 0;            ///< told as X-Stainless-Retry-Count
};

/// The complete header list of one upstream request.
[[nodiscard]] HeaderList upstream_headers(const HeaderOptions& options,
                                          const Credential& credential,
                                          const RequestHeaders& request);

/// What mask() looks for in a call's texts: its credential, and what the process `holds` besides
/// (its own keys, configured headers), each once.
[[nodiscard]] Secrets secrets_of_call(const Credential& credential, const Secrets& holds);

/// A key must be one or more bytes of 0x21 to 0x7e: libcurl sends CR and LF as they are
/// (docs/faults.md 0 (fact 2)). The error never holds the key.
[[nodiscard]] Status check_key(std::string_view key);

/// A random UUID v4.
[[nodiscard]] std::string make_session_id();

}  // namespace proxx
