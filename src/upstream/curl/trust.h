#pragma once
#include <curl/curl.h>

#include <string>

namespace proxx {

/// Where the trusted certificates come from.
struct Trust {
  bool builtin = true;    ///< leave libcurl's own choice; the rest is empty
  std::string file;       ///< one bundle
  std::string directory;  ///< hashed links, of which OpenSSL opens only the one it needs
};

/// `ca_file` (--cacert), else CURL_CA_BUNDLE, else SSL_CERT_FILE and SSL_CERT_DIR, else the
/// system's directory if it has hashed links (parsing the whole bundle is a third of the time of
/// a one-shot https request), else what libcurl was built with.
[[nodiscard]] Trust choose_trust(const std::string& ca_file);

/// Also for an https proxy.
void apply_trust(CURL* easy, const Trust& trust);

}  // namespace proxx
