#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "answer/events.h"
#include "answer/facts.h"
#include "base/result.h"

namespace proxx {

/// Bytes of one whole JSON message, the answer of a call that did not stream. Memory holds it and
/// the client's answer at once. Without a stream no client asks for more than 21,333 tokens; a
/// stream is bounded by event (anthropic/sse.h) and in all (upstream/curl/engine.h).
inline constexpr size_t kMaxMessageBytes = size_t{32} << 20;
/// The error of feed_message() for a longer one, for a caller that gathers it: `upstream_protocol`.
[[nodiscard]] Error message_too_large();

/// Makes one upstream answer, in whichever form it comes, into one client answer, in the form that
/// its output writes (docs/mapping-chat.md 6.7, 6.8). The same message gives the same calls of
/// events.h on every way. Feed it either events or one message.
///
/// After each fed piece `out` has all that can be known by then. Nothing in it looks like an end
/// before message_stop came. After an error the converter takes no more; to show the error in the
/// answer call output().fail().
class AnswerConverter {
 public:
  explicit AnswerConverter(std::unique_ptr<answer::Output> output,
                           answer::OnPause on_pause = answer::OnPause::end);
  ~AnswerConverter();
  AnswerConverter(AnswerConverter&&) noexcept;
  AnswerConverter& operator=(AnswerConverter&&) noexcept;

  /// A piece of the upstream's event stream, cut anywhere. Errors: `upstream_protocol`, and that of
  /// anthropic::event_error() for an `error` event.
  Status feed_events(std::string_view bytes, std::string& out);
  /// The whole JSON message of a call that did not stream, at most kMaxMessageBytes. Errors as of
  /// feed_events().
  Status feed_message(std::string_view json, std::string& out);
  /// The upstream closed. Errors: `upstream_truncated` if message_stop never came.
  Status finish(std::string& out);

  /// Bytes kept of an event whose end has not come. The next feed_events() may convert them besides
  /// its own.
  [[nodiscard]] size_t unfinished_bytes() const;

  /// message_start was seen: the upstream answers, and a status line may go out.
  [[nodiscard]] bool started() const;
  /// message_start of this turn was seen. A turn that failed before that can be tried once more.
  [[nodiscard]] bool turn_started() const;
  /// message_stop was seen, and the client's answer is written in full.
  [[nodiscard]] bool complete() const;
  [[nodiscard]] const AnswerFacts& facts() const;
  /// Pings seen so far: serve passes them on as comments.
  [[nodiscard]] uint64_t pings() const;
  /// The output given at the start.
  [[nodiscard]] answer::Output& output();

  /// The turn ended with pause_turn and may be continued; no end was written. Only with
  /// OnPause::wait. The caller counts the continuations: it sends continue_request(body,
  /// paused_content()), calls resume() and feeds that answer, or it calls end_paused().
  [[nodiscard]] bool paused() const;
  /// A JSON array with the Anthropic blocks of all turns so far, as received.
  [[nodiscard]] std::string paused_content() const;
  /// Takes the next turn's answer, or that of another try of a turn that failed before
  /// turn_started().
  void resume();
  /// Makes the paused turn the end of the answer.
  void end_paused(std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proxx
