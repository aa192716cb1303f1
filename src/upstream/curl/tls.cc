#include "upstream/curl/tls.h"

#include <openssl/ssl.h>

#include <cstring>
#include <new>

namespace proxx {
namespace {

// How long a certificate that was taken out of the trusted ones may still be trusted.
constexpr long kTrustSeconds = 60L * 60;

/// What libcurl hands out is OpenSSL's: libcurl may be built on another library.
bool uses_openssl() {
  const char* const library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return library != nullptr && std::strncmp(library, "OpenSSL/", 8) == 0;
}

}  // namespace

TlsContext::TlsContext() : sessions_(curl_share_init(), curl_share_cleanup) {
  if (!sessions_) throw std::bad_alloc();
  curl_share_setopt(sessions_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

TlsContext::~TlsContext() {
  X509_STORE_free(store_);
}

void TlsContext::apply(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, sessions_.get());
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, kTrustSeconds);
  static const bool has_store = uses_openssl();
  if (!has_store) return;
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, share_store);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
}

// libcurl has filled the context's store by now; from a directory OpenSSL reads what it needs
// later.
CURLcode TlsContext::share_store(CURL*, void* ssl_context, void* self) {
  auto* const context = static_cast<SSL_CTX*>(ssl_context);
  TlsContext& shared = *static_cast<TlsContext*>(self);
  const auto now = Clock::now();
  if (shared.store_ != nullptr && now < shared.store_until_) {
    SSL_CTX_set1_cert_store(context, shared.store_);
    return CURLE_OK;
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (store == nullptr || X509_STORE_up_ref(store) == 0) return CURLE_OK;
  X509_STORE_free(shared.store_);
  shared.store_ = store;
  shared.store_until_ = now + std::chrono::seconds(kTrustSeconds);
  return CURLE_OK;
}

bool tls_has_unread(CURL* easy) {
  curl_tlssessioninfo* session = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr ||
      session->backend != CURLSSLBACKEND_OPENSSL || session->internals == nullptr) {
    return false;
  }
  return SSL_has_pending(static_cast<const SSL*>(session->internals)) != 0;
}

}  // namespace proxx
