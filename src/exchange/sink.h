#pragma once
#include <string_view>

#include "base/notices.h"
#include "base/result.h"
#include "openai/protocol.h"
#include "upstream/upstream.h"

namespace proxx {

/// What is known of an answer before its first byte.
struct AnswerHead {
  int status = 200;           ///< what an HTTP client gets
  bool event_stream = false;  ///< chunks follow; else one JSON document (or text)
  HeaderList
      headers;  ///< for an HTTP client: x-request-id, retry hints, rate limits (answer_headers.h)
  Notices notices;                     ///< what conversion could not carry
  const Protocol* protocol = nullptr;  ///< of the request; null if that is not known
};

/// The client's end of an exchange: stdout, a batch line, an HTTP response. It gets either
/// begin(), write()..., finish(); or those cut short by fail(); or fail() alone.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Once, before the first write: the upstream is answering, status 200.
  virtual void begin(const AnswerHead& head) = 0;
  /// A piece of the answer in its form. False: the sink holds enough; the exchange pauses the
  /// upstream until Exchange::resume().
  virtual bool write(std::string_view bytes) = 0;
  /// The upstream is alive though silent (a ping came): serve writes a comment.
  virtual void keep_alive() {}
  /// Last call: the answer is complete and was written in full.
  virtual void finish() = 0;
  /// Last call: there is no answer, or no more of it. Before begin() the sink shows the error in
  /// its way, with `head.status` and `head.headers`. After begin() an answer of server-sent events
  /// has got its error event by write() already; any other sink shows the error itself.
  virtual void fail(const AnswerHead& head, const Error& error) = 0;
};

}  // namespace proxx
