#pragma once
#include <curl/curl.h>

#include "base/result.h"

namespace proxx {

/// What of libcurl is used, by the names behind `curl_`.
// clang-format off
#define PROXX_CURL_FUNCTIONS(DO)                                                      \
  DO(easy_cleanup) DO(easy_getinfo) DO(easy_init) DO(easy_pause) DO(easy_setopt)      \
  DO(easy_strerror) DO(free) DO(getdate) DO(global_init_mem) DO(multi_add_handle)     \
  DO(multi_cleanup) DO(multi_info_read) DO(multi_init) DO(multi_remove_handle)        \
  DO(multi_setopt) DO(multi_socket_action) DO(url) DO(url_cleanup) DO(url_get)        \
  DO(url_set) DO(version) DO(version_info)
// clang-format on

/// Those functions. The library is loaded when a run first needs it: with the thirty others that it
/// brings it is nine tenths of a short run, and converting, a dry run and --help do without.
struct CurlFunctions {
#define PROXX_DECLARE(name) decltype(&::curl_##name) name;
  PROXX_CURL_FUNCTIONS(PROXX_DECLARE)
#undef PROXX_DECLARE
};

/// Loads libcurl, once in a program; `internal` says why it cannot be.
[[nodiscard]] Status load_libcurl();

/// Loads it if it is not loaded yet, and throws where load_libcurl() fails.
[[nodiscard]] const CurlFunctions& curl();

/// A function of the libraries that libcurl has brought with it, or null.
[[nodiscard]] void* symbol_beside_libcurl(const char* name);

/// Starts libcurl, once in a program; later calls do nothing. Its lack of memory goes to the
/// new_handler. Without `needs_tls` OpenSSL reads no configuration and fills no tables of
/// algorithms, which is a tenth of a short run.
void start_libcurl(bool needs_tls);

}  // namespace proxx
