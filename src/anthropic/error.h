#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

// Errors of the Messages API, in its own words (wire.md 3).

namespace proxx::anthropic {

/// An `error` object. A member that is absent or no string is "".
struct ApiError {
  std::string type;
  std::string message;
  std::string error_code;  ///< `details.error_code`
};

/// The error in the body of an answer that is not 2xx. `body` may be cut off, empty or no JSON.
/// Also reads the message where gateways put it: `{"error":"..."}`, `{"message":"..."}`.
[[nodiscard]] ApiError decode_error_body(std::string_view body);

/// The error that an `error` event reports, from the JSON text of its `error` object. The kind is
/// `upstream_error_event`. There is no HTTP status: `http_status` is 0, `type` and `code` have the
/// API's own words. openai::in_openai_words() translates them.
[[nodiscard]] Error event_error(std::string_view error_json);

/// `upstream_protocol`, saying `what` was wrong.
[[nodiscard]] Error protocol_error(std::string what);

}  // namespace proxx::anthropic
