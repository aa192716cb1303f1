#include "upstream/curl/error.h"

#include <sys/resource.h>

#include <cstring>
#include <memory>

#include "base/secret_text.h"

namespace proxx {
namespace {

/// How a code is told: its kind and the words before libcurl's own.
struct Row {
  CURLcode code;
  ErrorKind kind;
  const char* words;
};

constexpr Row kRows[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ErrorKind::upstream_unreachable, "cannot resolve "},
    {CURLE_COULDNT_RESOLVE_PROXY, ErrorKind::upstream_unreachable, "cannot resolve the proxy for "},
    {CURLE_COULDNT_CONNECT, ErrorKind::upstream_unreachable, "cannot connect to "},
    {CURLE_PROXY, ErrorKind::upstream_unreachable, "the proxy refused to connect to "},
    {CURLE_INTERFACE_FAILED, ErrorKind::upstream_unreachable, "cannot connect to "},
    {CURLE_SSL_CONNECT_ERROR, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorKind::upstream_tls, "cannot trust the certificate of "},
    {CURLE_SSL_ISSUER_ERROR, ErrorKind::upstream_tls, "cannot trust the certificate of "},
    {CURLE_SSL_INVALIDCERTSTATUS, ErrorKind::upstream_tls, "cannot trust the certificate of "},
    {CURLE_SSL_CACERT_BADFILE, ErrorKind::upstream_tls, "cannot read the CA file for "},
    {CURLE_SSL_CRL_BADFILE, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_CERTPROBLEM, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_CIPHER, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_ENGINE_NOTFOUND, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_ENGINE_SETFAILED, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_ENGINE_INITFAILED, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_SHUTDOWN_FAILED, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_SSL_CLIENTCERT, ErrorKind::upstream_tls, "TLS failed with "},
    {CURLE_USE_SSL_FAILED, ErrorKind::upstream_tls, "TLS failed with "},
    // 1 is HTTP/0.9, 8 a broken status line or header field.
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorKind::upstream_protocol, "not an HTTP/1.1 answer from "},
    {CURLE_WEIRD_SERVER_REPLY, ErrorKind::upstream_protocol, "malformed HTTP from "},
    // A transfer coding, since no content is decoded; libcurl 8 refuses many before we see the
    // head.
    {CURLE_BAD_CONTENT_ENCODING, ErrorKind::upstream_bad_content_type,
     "a transfer coding other than chunked from "},
    {CURLE_PARTIAL_FILE, ErrorKind::upstream_truncated, "the answer was cut off by "},
};

constexpr std::string_view kHowToTrust =
    " (name its CA with --cacert, `cacert:` in the configuration, or SSL_CERT_FILE)";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Error make_error(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

std::string because(const CurlFailure& failure) {
  // A malformed proxy's URL is in it, and its password cannot be told from the rest.
  if (contains(failure.detail, "proxy syntax")) return ": its URL is malformed";
  if (!failure.detail.empty()) return ": " + without_keys(failure.detail);
  return std::string(": ") + curl_easy_strerror(failure.code);
}

// The connection broke: what that means depends on how far the answer had come.
Error broken_connection(const CurlFailure& failure, const UpstreamOrigin& origin) {
  // "chunked-encoding" of libcurl 7, "chunk hex-length" and the like of 8.
  if (contains(failure.detail, "chunk") || contains(failure.detail, "response headers"))
    return make_error(ErrorKind::upstream_protocol,
                      "malformed HTTP from " + origin.authority + because(failure));
  if (failure.head_complete)
    return make_error(ErrorKind::upstream_truncated,
                      "the answer was cut off by " + origin.authority + because(failure));
  if (!failure.connected)
    return make_error(ErrorKind::upstream_unreachable,
                      "cannot connect to " + origin.authority + because(failure));
  return make_error(
      ErrorKind::upstream_unreachable,
      origin.authority + " closed the connection before answering" + because(failure));
}

// A header line over libcurl's own limit of 100 KiB; before 8.6 as if memory had run out.
bool is_header_too_large(CURLcode code) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (code == CURLE_TOO_LARGE) return true;
#endif
  return code == CURLE_OUT_OF_MEMORY;
}

Error connect_failed(const CurlFailure& failure, const UpstreamOrigin& origin) {
  // libcurl names whom it dialled; where that is not the upstream, it is a proxy.
  const bool dialled_other =
      !failure.detail.empty() && !contains(failure.detail, " " + origin.host + " port ");
  std::string message =
      "cannot connect to " + (dialled_other ? "the proxy for " : std::string()) + origin.authority;
  if (failure.os_errno != 0)
    message.append(": ").append(std::strerror(static_cast<int>(failure.os_errno)));
  else
    message += because(failure);
  return make_error(ErrorKind::upstream_unreachable, std::move(message));
}

}  // namespace

UpstreamOrigin origin_of(const std::string& base_url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  const auto part = [&](CURLUPart which) -> std::string {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
    return text;
  };
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK)
    return {"the upstream", "the upstream"};
  UpstreamOrigin origin;
  origin.host = part(CURLUPART_HOST);
  origin.authority = origin.host + ":" + part(CURLUPART_PORT);
  if (origin.host.size() > 2 && origin.host.front() == '[')
    origin.host = origin.host.substr(1, origin.host.size() - 2);
  return origin;
}

Error no_descriptor_error(const UpstreamOrigin& origin) {
  std::string message = "no file descriptor is left for a connection to " + origin.authority;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    message += "; proxx may have " + std::to_string(limit.rlim_cur) + " open (ulimit -n)";
  }
  return make_error(ErrorKind::overloaded, std::move(message));
}

std::string seconds_text(std::chrono::milliseconds time) {
  const auto ms = time.count();
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 != 0) {
    text += "." + std::to_string(1000 + ms % 1000).substr(1);
    while (text.back() == '0') text.pop_back();
  }
  return text + " s";
}

Error curl_error(const CurlFailure& failure, const UpstreamOrigin& origin,
                 std::chrono::milliseconds connect_timeout) {
  switch (failure.code) {
    case CURLE_COULDNT_CONNECT:
      return connect_failed(failure, origin);
    case CURLE_OPERATION_TIMEDOUT:  // of all limits only that of connecting is libcurl's to watch
      return make_error(
          ErrorKind::upstream_timeout,
          "cannot connect to " + origin.authority + " within " + seconds_text(connect_timeout));
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return broken_connection(failure, origin);
    default:
      break;
  }
  for (const Row& row : kRows) {
    if (row.code != failure.code) continue;
    Error error = make_error(row.kind, row.words + origin.authority + because(failure));
    if (failure.code == CURLE_PEER_FAILED_VERIFICATION || failure.code == CURLE_SSL_CACERT_BADFILE)
      error.message += kHowToTrust;
    return error;
  }
  if (is_header_too_large(failure.code) && failure.connected && !failure.head_complete)
    return make_error(ErrorKind::upstream_protocol, "malformed HTTP from " + origin.authority +
                                                        ": the answer's header is too large");
  return make_error(ErrorKind::internal, "the transfer failed" + because(failure));
}

}  // namespace proxx
