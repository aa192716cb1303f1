#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "upstream/provider.h"
#include "upstream/upstream.h"

namespace proxx {

/// One call upstream and everything that belongs to it alone. The next try replaces it as a whole,
/// so that each is judged by its own answer (docs/faults.md R1).
struct Attempt {
  std::unique_ptr<UpstreamCall> call;  ///< null before and after
  Secrets secrets;                     ///< no text of the upstream's may show them (U9, R3)
  UpstreamHead head;                   ///< status 0 until it has come
  BodyKind kind = BodyKind::error;
  HeaderList client_headers;  ///< what a client gets of the head
  std::string request_id;     ///< "" if the head has none
  std::string body;           ///< of an error or a whole message
  uint64_t pings = 0;         ///< of the converter's count, how many the sink was told of

  // What came while a job had the converter.
  std::string held;
  std::optional<Status> held_end;

  /// Errors: those of Provider::body_kind().
  Status take_head(UpstreamHead upstream_head, const Provider& provider, int64_t now_unix_s);
  /// Keeps a piece of `body`. Errors: `upstream_protocol` for a message of more than
  /// kMaxMessageBytes. An error's body is cut without one.
  Status gather(std::string_view bytes);
  /// The error that the answer is, where `kind` is `error`; masked.
  [[nodiscard]] Error status_error();
  /// Masks what came from the upstream.
  void mask_error(Error& error) const;

  /// How long to wait before the request is sent once more; nothing: it is not.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry_delay_after(
      const Error& error, int retries_done, int max_retries, int64_t now_unix_s) const;
  /// Adds the wait that the upstream asks for, if it is too long to sit out (U13).
  void tell_requested_delay(Error& error, int64_t now_unix_s) const;
};

}  // namespace proxx
