#include "upstream/tls.h"

#include <dlfcn.h>

#include <cstring>
#include <new>

namespace proxx {
namespace {

// How long a certificate that was taken out of the trusted ones may still be trusted.
constexpr long kTrustSeconds = 60L * 60;
// <openssl/ssl.h>; SSL_CTX_set_mode() is a macro.
constexpr int kControlMode = 33;            // SSL_CTRL_MODE
constexpr long kModeReleaseBuffers = 0x10;  // SSL_MODE_RELEASE_BUFFERS

/// A function of OpenSSL's, or null. Looked up, because only libcurl knows whether its TLS library
/// is OpenSSL.
template <class Function>
Function* find_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// Null together.
struct OpenSsl {
  long (*control)(void* ssl_context, int command, long number, void*) = nullptr;
  void* (*get_store)(const void* ssl_context) = nullptr;
  void (*set_store)(void* ssl_context, void* store) = nullptr;
  int (*hold_store)(void* store) = nullptr;
  void (*free_store)(void* store) = nullptr;
};

OpenSsl find_openssl() {
  const char* const library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  if (library == nullptr || std::strncmp(library, "OpenSSL/", 8) != 0) return {};
  const OpenSsl found{find_function<long(void*, int, long, void*)>("SSL_CTX_ctrl"),
                      find_function<void*(const void*)>("SSL_CTX_get_cert_store"),
                      find_function<void(void*, void*)>("SSL_CTX_set1_cert_store"),
                      find_function<int(void*)>("X509_STORE_up_ref"),
                      find_function<void(void*)>("X509_STORE_free")};
  const bool all = found.control != nullptr && found.get_store != nullptr &&
                   found.set_store != nullptr && found.hold_store != nullptr &&
                   found.free_store != nullptr;
  return all ? found : OpenSsl{};
}

const OpenSsl& openssl() {
  static const OpenSsl found = find_openssl();
  return found;
}

}  // namespace

TlsContext::TlsContext() : sessions_(curl_share_init(), curl_share_cleanup) {
  if (!sessions_) throw std::bad_alloc();
  curl_share_setopt(sessions_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

TlsContext::~TlsContext() {
  if (store_ != nullptr) openssl().free_store(store_);
}

void TlsContext::apply(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_SHARE, sessions_.get());
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, kTrustSeconds);
  if (openssl().control == nullptr) return;
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
}

CURLcode TlsContext::prepare(CURL*, void* ssl_context, void* self) {
  openssl().control(ssl_context, kControlMode, kModeReleaseBuffers, nullptr);
  static_cast<TlsContext*>(self)->share_store(ssl_context);
  return CURLE_OK;
}

// libcurl has filled the context's store by now; from a directory OpenSSL reads what it needs
// later.
void TlsContext::share_store(void* ssl_context) {
  const auto now = Clock::now();
  if (store_ != nullptr && now < store_until_) {
    openssl().set_store(ssl_context, store_);
    return;
  }
  void* const store = openssl().get_store(ssl_context);
  if (store == nullptr || openssl().hold_store(store) == 0) return;
  if (store_ != nullptr) openssl().free_store(store_);
  store_ = store;
  store_until_ = now + std::chrono::seconds(kTrustSeconds);
}

bool tls_has_unread(CURL* easy) {
  static int (*const has_pending)(const void* ssl) =
      find_function<int(const void*)>("SSL_has_pending");
  curl_tlssessioninfo* session = nullptr;
  if (has_pending == nullptr ||
      curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == nullptr)
    return false;
  return session->backend == CURLSSLBACKEND_OPENSSL && session->internals != nullptr &&
         has_pending(session->internals) != 0;
}

}  // namespace proxx
