#include "upstream/curl/global.h"

#include <curl/curl.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace proxx {
namespace {

// An older one ignores CURLOPT_QUICK_EXIT and CURLOPT_PROTOCOLS_STR without an error.
constexpr unsigned kOldest = CURL_VERSION_BITS(7, 87, 0);

// After a failed allocation libcurl may drop a transfer without reporting its end.
void* or_handled(void* memory) {
  if (memory != nullptr) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  return nullptr;
}

Status start() {
  const curl_version_info_data& version = *curl_version_info(CURLVERSION_NOW);
  if (version.version_num < kOldest)
    return err(ErrorKind::internal,
               "libcurl " + std::string(version.version) + " is too old: proxx needs 7.87");
  const CURLcode code = curl_global_init_mem(
      CURL_GLOBAL_DEFAULT, [](size_t size) { return or_handled(std::malloc(size)); }, std::free,
      [](void* old, size_t size) { return or_handled(std::realloc(old, size)); },
      [](const char* text) { return static_cast<char*>(or_handled(::strdup(text))); },
      [](size_t count, size_t size) { return or_handled(std::calloc(count, size)); });
  if (code != CURLE_OK)
    return err(ErrorKind::internal,
               std::string("cannot initialise libcurl: ") + curl_easy_strerror(code));
  return {};
}

}  // namespace

Status start_libcurl() {
  static const Status started = start();
  return started;
}

}  // namespace proxx
