#include "upstream/curl_library.h"

#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace proxx {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";  // the ABI since 7.16
// An older one does not know CURLOPT_QUICK_EXIT or CURLOPT_PROTOCOLS_STR, and would leave them out
// without a word.
constexpr unsigned kOldest = CURL_VERSION_BITS(7, 87, 0);

struct Loaded {
  void* library = nullptr;
  CurlFunctions functions{};
};

tl::unexpected<Error> cannot_load(const std::string& why) {
  return fail(ErrorKind::internal,
              "cannot load libcurl: " + why + "; Debian's package of it is libcurl4");
}

Result<Loaded> load() {
  Loaded loaded;
  loaded.library = dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);
  if (loaded.library == nullptr) return cannot_load(dlerror());
#define PROXX_FIND(name)                                                                \
  loaded.functions.name =                                                               \
      reinterpret_cast<decltype(&::curl_##name)>(dlsym(loaded.library, "curl_" #name)); \
  if (loaded.functions.name == nullptr) return cannot_load(dlerror());
  PROXX_CURL_FUNCTIONS(PROXX_FIND)
#undef PROXX_FIND
  const curl_version_info_data& version = *loaded.functions.version_info(CURLVERSION_NOW);
  if (version.version_num < kOldest)
    return cannot_load(std::string(version.version) + " is older than 7.87");
  return loaded;
}

const Result<Loaded>& loaded() {
  static const Result<Loaded> once = load();
  return once;
}

// libcurl's memory fails as operator new's does: its own way on can leave a transfer of which
// nothing is heard any more.
void* or_handled(void* memory) {
  if (memory != nullptr) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  return nullptr;
}

// OpenSSL is here only if libcurl has brought it, so it is looked up and not linked. What its first
// caller does without is left out for all.
void spare_openssl_its_tables() {
  using InitCrypto = int(uint64_t options, const void* settings);
  // OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, _NO_ADD_ALL_CIPHERS, _NO_ADD_ALL_DIGESTS, _NO_LOAD_CONFIG
  // of openssl/crypto.h
  constexpr uint64_t kWithout = 0x01 | 0x10 | 0x20 | 0x80;
  if (void* const symbol = symbol_beside_libcurl("OPENSSL_init_crypto")) {
    reinterpret_cast<InitCrypto*>(symbol)(kWithout, nullptr);
  }
}

CURLcode start() {
  return curl().global_init_mem(
      CURL_GLOBAL_DEFAULT, [](size_t size) { return or_handled(std::malloc(size)); }, std::free,
      [](void* old, size_t size) { return or_handled(std::realloc(old, size)); },
      [](const char* text) { return static_cast<char*>(or_handled(::strdup(text))); },
      [](size_t count, size_t size) { return or_handled(std::calloc(count, size)); });
}

}  // namespace

Status load_libcurl() {
  if (!loaded()) return tl::unexpected(loaded().error());
  return {};
}

const CurlFunctions& curl() {
  return loaded().value().functions;
}

void* symbol_beside_libcurl(const char* name) {
  return dlsym(loaded().value().library, name);
}

void start_libcurl(bool needs_tls) {
  static const CURLcode started = [needs_tls] {
    (void)curl();
    if (!needs_tls) spare_openssl_its_tables();
    return start();
  }();
  (void)started;
}

}  // namespace proxx
