#include "upstream/curl/proxy.h"

namespace proxx {

void apply_proxy(CURL* easy, const EngineOptions& options) {
  // A plain http upstream is on this machine or near it, so an http_proxy from the environment must
  // not apply. Unlike null, an empty string means no proxy.
  if (!options.proxy.empty() || options.base_url.starts_with("http://")) {
    curl_easy_setopt(easy, CURLOPT_PROXY, options.proxy.c_str());
    return;
  }
  if (options.proxy_user.empty() && options.proxy_password.empty()) return;
  curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, options.proxy_user.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, options.proxy_password.c_str());
}

}  // namespace proxx
