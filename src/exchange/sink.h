#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "core/notices.h"
#include "core/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// What a client is told before the first byte of its answer.
struct AnswerHead {
  int status = 200;
  bool event_stream = false;  ///< chunks; else one JSON document (or text)
  HeaderList headers;         ///< x-request-id, retry hints, rate limits, x-proxx-*, server-timing
};

/// The client's end of an exchange: stdout, a batch line, an HTTP response.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Once, before the first write, when it is known how the answer begins.
  virtual void begin(const AnswerHead& head) = 0;
  /// False: the sink holds enough; the exchange pauses the upstream until Exchange::resume().
  virtual bool write(std::string_view bytes) = 0;
  /// The upstream is alive though silent (a ping came): serve writes a comment.
  virtual void keep_alive() {}
  /// Last call. `failed` is null for a complete answer. For an error before begin() an error head
  /// and body were already written; after it an error frame was.
  virtual void end(const Error* failed) = 0;
};

}  // namespace proxx
