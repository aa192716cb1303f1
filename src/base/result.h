#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace proxx {

/// What went wrong, as far as anyone has to act on it. openai/error.cc says what each means to an
/// HTTP client (status, type, code) and to a shell (exit code); add a kind there too.
enum class ErrorKind {
  usage,                      ///< command line or configuration
  invalid_request,            ///< the client's request is malformed or cannot be represented
  request_too_large,          ///< over the body limit
  unauthorized,               ///< no credential, or not one of the accepted ones
  upstream_status,            ///< upstream answered with an error of its own (http_status is set)
  upstream_unreachable,       ///< DNS, refused, reset before an answer, proxy
  upstream_tls,               ///< never retried
  upstream_timeout,           ///< connect, first byte, idle or total
  upstream_redirect,          ///< never followed
  upstream_bad_content_type,  ///< neither JSON nor an event stream, or a coded body
  upstream_protocol,          ///< malformed event, message or HTTP
  upstream_truncated,         ///< the stream ended before message_stop
  upstream_error_event,       ///< an `error` event inside a stream; see anthropic/error.h
  upstream_credentials,       ///< the credential ended and no other could be read
  overloaded,                 ///< proxx itself has no room
  output_failed,              ///< stdout, a file or a client went away
  internal,
};

/// An error as a value, with its place. Empty fields take the kind's default. result.cc has its
/// constructors, so that the many places that may return an error stay small.
struct Error {
  [[gnu::cold]] Error();
  [[gnu::cold]] Error(ErrorKind kind, std::string message, std::string param = {},
                      std::string code = {}, std::string type = {}, int http_status = 0);
  [[gnu::cold]] Error(const Error&);
  [[gnu::cold]] Error(Error&&) noexcept;
  [[gnu::cold]] Error& operator=(const Error&);
  [[gnu::cold]] Error& operator=(Error&&) noexcept;
  [[gnu::cold]] ~Error();

  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string param;    ///< path of the field at fault (`messages[2].role`); "" is JSON null
  std::string code;     ///< OpenAI `error.code`; "" is the kind's default
  std::string type;     ///< OpenAI `error.type`; "" is the kind's default
  int http_status = 0;  ///< what the client gets; 0 is the kind's default
};

template <class T>
using Result = tl::expected<T, Error>;

/// Success, or an error. A class for its constructor alone: as the library's own is defaulted where
/// it is declared, `return {}` would fill the room for an error with zeros first.
class Status : public tl::expected<void, Error> {
 public:
  using tl::expected<void, Error>::expected;
  Status();
};
inline Status::Status() = default;

/// An error to return, made or passed on.
[[nodiscard, gnu::cold]] tl::unexpected<Error> err(Error error);
[[nodiscard, gnu::cold]] tl::unexpected<Error> err(ErrorKind kind, std::string message,
                                                   std::string param = {}, std::string code = {});

}  // namespace proxx

/// Evaluates a Status or Result; on error returns it from the enclosing function.
#define PROXX_TRY(expression)                                                       \
  do {                                                                              \
    if (auto proxx_try_status = (expression); !proxx_try_status)                    \
      return ::tl::unexpected<::proxx::Error>(std::move(proxx_try_status).error()); \
  } while (false)

/// `PROXX_ASSIGN(auto name, reader.string())`: declares, or returns the error.
#define PROXX_ASSIGN(declaration, expression) \
  PROXX_ASSIGN_1(PROXX_CONCAT(proxx_result_, __LINE__), declaration, expression)
#define PROXX_ASSIGN_1(temporary, declaration, expression)                               \
  auto temporary = (expression);                                                         \
  if (!temporary) return ::tl::unexpected<::proxx::Error>(std::move(temporary).error()); \
  declaration = std::move(*temporary)
#define PROXX_CONCAT(a, b) PROXX_CONCAT_1(a, b)
#define PROXX_CONCAT_1(a, b) a##b
