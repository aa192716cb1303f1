#pragma once
#include <curl/curl.h>
#include <openssl/types.h>

#include <chrono>
#include <memory>

namespace proxx {

/// What the TLS connections of one loop have in common: sessions and trusted certificates. libcurl
/// alone keeps sessions for each easy handle (before 8.12), so each shakes hands anew, and it reads
/// a directory's certificates for each connection. Certificates are verified as before; a resumed
/// session keeps the verdict of its first handshake, the host's name is compared each time. No
/// early data. Must outlive the easy handles. Without OpenSSL under libcurl only sessions are
/// shared.
class TlsContext {
 public:
  /// Throws std::bad_alloc.
  TlsContext();
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Once per easy handle.
  void apply(CURL* easy);

 private:
  using Clock = std::chrono::steady_clock;

  static CURLcode share_store(CURL*, void* ssl_context, void* self);

  std::unique_ptr<CURLSH, decltype(&curl_share_cleanup)> sessions_;
  X509_STORE* store_ = nullptr;  ///< filled by libcurl for an earlier connection
  Clock::time_point store_until_{};
};

/// Whether OpenSSL holds TLS records that it has read from the socket and nobody has asked for yet.
[[nodiscard]] bool tls_has_unread(CURL* easy);

}  // namespace proxx
