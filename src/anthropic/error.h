#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"

// Errors of the Messages API, in its own words (docs/protocol.md 3).

namespace proxx::anthropic {

/// An `error` object. A member that is absent or no string is "".
struct ApiError {
  std::string type;
  std::string message;
  std::string error_code;  ///< `details.error_code`
};

/// True for JSON in one of the shapes in which an upstream, or a gateway before it, reports an
/// error:
/// `{"error":{...}}`, `{"error":"..."}`, `{"detail":"..."}`, `{"detail":[{"loc","msg"}]}`,
/// `{"message":"..."}`, and each of them in an array. To be asked only of what is nothing else.
[[nodiscard]] bool is_error(json::Reader root);

/// The error in an answer's body, which may be cut off, empty or no JSON.
[[nodiscard]] ApiError decode_error_body(std::string_view body);

/// The `request_id` that an error's body tells, for a host whose head has none; "" without one.
[[nodiscard]] std::string request_id_in(std::string_view body);

/// The error that an answer reports, from the JSON text of its `error` object or of what is_error()
/// knows. The kind is
/// `upstream_error_event`. There is no HTTP status: `http_status` is 0, `type` and `code` have the
/// API's own words. openai::in_openai_words() translates them.
[[nodiscard]] Error event_error(std::string_view error_json);

/// `upstream_protocol`, saying `what` was wrong.
[[nodiscard]] Error protocol_error(std::string what);

}  // namespace proxx::anthropic
