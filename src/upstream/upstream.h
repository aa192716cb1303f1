#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proxx {

/// Header fields in order; names compare without case.
using HeaderList = std::vector<std::pair<std::string, std::string>>;
/// The first value of `name`, or nothing.
[[nodiscard]] std::optional<std::string_view> find_header(const HeaderList& headers,
                                                          std::string_view name);

/// Zero is no limit.
struct UpstreamTimeouts {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds first_byte{600'000};  ///< request sent to first byte of the answer
  std::chrono::milliseconds idle{120'000};        ///< between bytes; a paused transfer does not age
  std::chrono::milliseconds total{0};
};

/// Texts that nobody may see (upstream/secrets.h).
using Secrets = std::vector<std::string>;

struct UpstreamRequest {
  std::string method = "POST";
  std::string path;    ///< with query: `/v1/messages`
  HeaderList headers;  ///< complete: credential, profile, content-type (upstream/headers.h)
  std::string body;
  UpstreamTimeouts timeouts;
  /// What no head and no trace of this call shows: secrets_of_call(). Empty: what secrets_in()
  /// finds in the headers.
  Secrets secrets;
  /// Sent once at most: on a connection of its own, and not again if that breaks.
  bool once = false;
  size_t max_answer_bytes = 0;  ///< zero is the engine's limit
};

struct UpstreamHead {
  int status = 0;
  HeaderList headers;  ///< names in lower case
};

/// Receives one call's answer, on the engine's loop. At most one on_head, then on_data and
/// on_caught_up, then exactly one on_done, unless the call was destroyed before. None is called
/// from inside start().
class UpstreamHandler {
 public:
  virtual ~UpstreamHandler() = default;
  /// A connection is up, TLS included: from now on the peer may get bytes of the request. A call
  /// that ends without this sent nothing. The call must not be destroyed inside.
  virtual void on_sending() {}
  /// Final status line and headers (1xx are swallowed).
  virtual void on_head(UpstreamHead head) = 0;
  virtual void on_data(std::string_view bytes) = 0;
  /// All that had come in by this turn of the loop was given to on_data: the time to write out what
  /// has come of it, once for the lot. May be left out right before on_done.
  virtual void on_caught_up() {}
  /// The transfer is over. OK means only that the connection ended in order: whether the answer
  /// is whole is the converter's to say. Errors: `upstream_*` kinds. The call, as any other, may
  /// be destroyed from inside this and the others.
  virtual void on_done(Status status) = 0;
};

/// A running call. Destroying it silences the handler at once and cancels the transfer within the
/// next turns of the loop.
class UpstreamCall {
 public:
  virtual ~UpstreamCall() = default;
  /// No more on_data until resume(); the peer is held by TCP. May be called inside on_data, also
  /// both; on_data is never made from inside resume().
  virtual void pause() = 0;
  virtual void resume() = 0;
};

/// Where requests go: the engine (libcurl), or a test's fake.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// `handler` must outlive the returned call.
  [[nodiscard]] virtual std::unique_ptr<UpstreamCall> start(UpstreamRequest request,
                                                            UpstreamHandler& handler) = 0;
};

}  // namespace proxx
