#pragma once
#include <curl/curl.h>

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx {

/// What is known of a transfer that libcurl gave up.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string_view detail;     ///< CURLOPT_ERRORBUFFER; may be empty
  long os_errno = 0;           ///< CURLINFO_OS_ERRNO
  bool connected = false;      ///< the request began to go out
  bool answer_began = false;   ///< a byte of an answer came
  bool head_complete = false;  ///< the handler has had on_head
};

/// Whom the messages name.
struct UpstreamOrigin {
  std::string host;       ///< without brackets
  std::string authority;  ///< host:port, the port always given
};
[[nodiscard]] UpstreamOrigin origin_of(const std::string& base_url);

/// The error a user sees: the kind by the table of docs/faults.md 3, the message with the
/// host, never with anything of the request.
[[nodiscard]] Error curl_error(const CurlFailure& failure, const UpstreamOrigin& origin,
                               std::chrono::milliseconds connect_timeout);

/// A connection could not be made for want of a file descriptor: `overloaded`, naming the limit.
[[nodiscard]] Error no_descriptor_error(const UpstreamOrigin& origin);

/// `0.1 s`, `600 s`
[[nodiscard]] std::string seconds_text(std::chrono::milliseconds time);

}  // namespace proxx
