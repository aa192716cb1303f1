#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx {

/// What a kind means outside: one row each, in error_map.cc.
struct ErrorRow {
  ErrorKind kind;
  int http_status;
  const char* type;  ///< OpenAI error.type
  const char* code;  ///< OpenAI error.code; nullptr is null
};
[[nodiscard]] const ErrorRow& error_row(ErrorKind kind);

/// The status, type and code an error shows, its own where set, else its kind's.
[[nodiscard]] int http_status_of(const Error& error);
/// ... in one word: its code, and without one its type.
[[nodiscard]] std::string error_word(const Error& error);
/// Exit code by contract.md section 3.
[[nodiscard]] int exit_code_of(const Error& error);

/// `{"error":{"message","type","param","code"}}`, no newline (wire.md 5.4). Without what looks like
/// a key (base/secret_text.h).
[[nodiscard]] std::string error_body(const Error& error);
/// The one frame that ends a stream that failed: `data: {"error":{...}}\n\n`, no [DONE].
[[nodiscard]] std::string error_frame(const Error& error);

/// An upstream answer that is not 2xx, by the table of wire.md 6.9. `content_type` may be "";
/// `body` may be cut off, empty or no JSON at all.
[[nodiscard]] Error upstream_status_error(int status, std::string_view content_type,
                                          std::string_view body);
/// An `error` object of Anthropic's (`{"type","message","details"}` as JSON text) met inside a
/// stream, where there is no status: it is looked up by type.
[[nodiscard]] Error upstream_event_error(std::string_view error_json);

/// The 400 for thinking blocks in the history (bound to another conversation, changed, a bad
/// signature). The same body never works again; without them it may (wire.md 1.8, 6.4).
[[nodiscard]] bool refuses_thinking(const Error& error);

}  // namespace proxx
