#pragma once
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "http/guard.h"
#include "http/server.h"

namespace proxx::http {

/// One request: bytes in, a Request out, its body unchunked and decompressed. HeadGuard,
/// check_head, ChunkedBody and BodyDecoder around Beast's parser of heads. No I/O.
class RequestParser {
 public:
  enum class Step {
    more,      ///< bytes are missing
    head,      ///< request() has the head; the body has not been looked at
    busy,      ///< a compressed body has more to say: feed() again, in another turn of the loop
    complete,  ///< request() has the body too; what is left of the input is the next request's
  };

  /// `limits` must outlive the parser.
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes what it can from the front of `input` and leaves the rest. `head` comes once, before
  /// anything else but `more`. After a Refusal the parser is of no more use, but request() has
  /// what was understood: of a malformed head the request line and Origin, if they are whole.
  [[nodiscard]] tl::expected<Step, Refusal> feed(std::string& input);

  [[nodiscard]] Request& request();
  /// The client waits for `100 Continue`. From the head on.
  [[nodiscard]] bool expects_continue() const;
  /// The client allows another request on this connection. From the head on.
  [[nodiscard]] bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proxx::http
