#include "upstream/curl_library.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace proxx {
namespace {

// libcurl's memory fails as operator new's does: its own way on can leave a transfer of which
// nothing is heard any more.
void* or_handled(void* memory) {
  if (memory != nullptr) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  return nullptr;
}

// OpenSSL is here only if libcurl has brought it, so it is looked up and not linked.
void spare_openssl_its_configuration() {
  using InitCrypto = int(uint64_t options, const void* settings);
  constexpr uint64_t kNoLoadConfig = 0x80;  // OPENSSL_INIT_NO_LOAD_CONFIG, openssl/crypto.h
  if (void* const symbol = dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto")) {
    reinterpret_cast<InitCrypto*>(symbol)(kNoLoadConfig, nullptr);
  }
}

CURLcode start() {
  return curl_global_init_mem(
      CURL_GLOBAL_DEFAULT, [](size_t size) { return or_handled(std::malloc(size)); }, std::free,
      [](void* old, size_t size) { return or_handled(std::realloc(old, size)); },
      [](const char* text) { return static_cast<char*>(or_handled(::strdup(text))); },
      [](size_t count, size_t size) { return or_handled(std::calloc(count, size)); });
}

}  // namespace

void start_libcurl(bool needs_tls) {
  static const CURLcode started = [needs_tls] {
    if (!needs_tls) spare_openssl_its_configuration();
    return start();
  }();
  (void)started;
}

}  // namespace proxx
