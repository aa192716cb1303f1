#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx {

/// What each kind means to a client.
struct ErrorRow {
  ErrorKind kind;
  int http_status;
  const char* type;  ///< OpenAI error.type
  const char* code;  ///< OpenAI error.code; nullptr is null
};
[[nodiscard]] const ErrorRow& error_row(ErrorKind kind);

/// The status that a client gets: the error's own if set, else its kind's.
[[nodiscard]] int http_status_of(const Error& error);
/// The error in one word: its code, or its type if it has no code.
[[nodiscard]] std::string error_word(const Error& error);
/// Exit code by proxx(1).
[[nodiscard]] int exit_code_of(const Error& error);

/// `{"error":{"message","type","param","code"}}`, no newline (docs/protocol.md 5.4). Without what
/// looks like a key (base/secret_text.h).
[[nodiscard]] std::string error_body(const Error& error);
/// The event that ends a stream that failed: `data: {"error":{...}}\n\n`, no [DONE].
[[nodiscard]] std::string error_frame(const Error& error);

/// The error for an upstream answer that is not 200, by the table of docs/mapping-chat.md 6.9.
/// `content_type` may be ""; `body` may be cut off, empty or no JSON at all.
[[nodiscard]] Error upstream_status_error(int status, std::string_view content_type,
                                          std::string_view body);
/// An error of anthropic::event_error() with the type, code, param and status that clients get,
/// looked up by type as there is no status. Every other error stays as it is, one that was
/// translated already as well.
[[nodiscard]] Error in_openai_words(Error error);

/// True for the 400 that refuses thinking blocks of the history: bound to another conversation,
/// changed, or with a bad signature. The same body never works again; without them it may
/// (docs/protocol.md 1.8; docs/mapping-chat.md 6.4).
[[nodiscard]] bool refuses_thinking(const Error& error);

}  // namespace proxx
