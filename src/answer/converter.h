#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proxx {

/// Bytes of one whole JSON message, the answer of a call that did not stream: it is held in memory,
/// with what is made of it. Without a stream no client asks for more than 21,333 tokens; a stream
/// is bounded by event (anthropic/sse.h) and in all (upstream/engine.h).
inline constexpr size_t kMaxMessageBytes = size_t{32} << 20;
/// What feed_message() says of a longer one, for who gathers it: `upstream_protocol`.
[[nodiscard]] Error message_too_large();

/// Which of the de-facto extensions carry reasoning to the client (wire.md 6.4).
struct ReasoningFields {
  bool reasoning_content = true;
  bool reasoning_details = true;  ///< with `reasoning`
  bool thinking_blocks = false;
};

/// How one request's answer has to look. Made by convert_request.
struct AnswerOptions {
  bool include_usage = false;             ///< streams only: a last chunk with `usage`
  bool legacy_function_call = false;      ///< asked with `functions`: answered with `function_call`
  std::vector<std::string> custom_tools;  ///< names whose calls go back as type custom
  ReasoningFields reasoning;
  bool echo_model = false;
  std::string requested_model;  ///< shown instead of the upstream's if echo_model
  int continue_paused = 0;      ///< how many pause_turns are continued; 0: they end the answer.
                                ///< Not 0 only with server tools: the blocks are kept for it
  int64_t created_unix_s = 0;
};

/// What is known of an answer for logs, --usage and metrics. Token counts as OpenAI counts them.
struct AnswerFacts {
  std::string id;     ///< chatcmpl-...
  std::string model;  ///< that answered
  std::string finish_reason;
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
  int64_t cached_tokens = 0;
  int64_t cache_write_tokens = 0;
  int64_t reasoning_tokens = 0;
  std::string refusal;             ///< decoded text; "" if there was none
  bool partial_tool_json = false;  ///< cut by max_tokens inside a call's arguments
};

/// The client's form of an answer.
enum class AnswerForm {
  chunks,      ///< `data: {...}\n\n` and at the end `data: [DONE]\n\n`
  completion,  ///< one JSON object and a newline, written by the end
  text,        ///< the answer's text as it comes; tool calls as one JSON line each; a newline added
               ///< at the end if missing
};

/// One upstream answer, in whichever form it comes, made into one client answer, in whichever form
/// is wanted (wire.md 6.7, 6.8): the same message gives the same content, calls, finish_reason and
/// usage on every way. Feed it either events or one message.
///
/// Output is appended to `out`, after each fed piece all that can be known by then. Nothing it
/// writes looks like an end (finish_reason, [DONE], a completion) before message_stop came.
/// After an error it takes no more; what to print then is error_frame() of openai/error.h.
class AnswerConverter {
 public:
  AnswerConverter(AnswerForm form, AnswerOptions options);
  ~AnswerConverter();
  AnswerConverter(AnswerConverter&&) noexcept;
  AnswerConverter& operator=(AnswerConverter&&) noexcept;

  /// A piece of the upstream's event stream, cut anywhere. Errors: `upstream_protocol`, and
  /// `upstream_error_event` for an `error` event, with status, type and code by wire.md 6.9.
  Status feed_events(std::string_view bytes, std::string& out);
  /// The whole JSON message of a call that did not stream, at most kMaxMessageBytes. Errors:
  /// `upstream_protocol`.
  Status feed_message(std::string_view json, std::string& out);
  /// The upstream closed. Errors: `upstream_truncated` if message_stop never came.
  Status finish(std::string& out);

  /// Bytes kept of an event whose end has not come: what the next feed_events() may have to
  /// convert besides its own.
  [[nodiscard]] size_t unfinished_bytes() const;

  /// message_start was seen: the upstream is answering, a status line may go out.
  [[nodiscard]] bool started() const;
  /// message_start of the turn under way was seen. Before that a failed turn may be asked for anew.
  [[nodiscard]] bool turn_started() const;
  /// message_stop was seen and the client's answer is written in full.
  [[nodiscard]] bool complete() const;
  [[nodiscard]] const AnswerFacts& facts() const;
  /// Pings seen so far: serve passes them on as comments.
  [[nodiscard]] uint64_t pings() const;
  /// AnswerForm::text: the thinking text that came since the last call, decoded, if `reasoning`
  /// has a field on. It is never part of `out`.
  [[nodiscard]] std::string take_reasoning();

  /// The turn ended with pause_turn and may be continued: no end was written. Never so with
  /// continue_paused 0, and how often is the caller's to count. Send
  /// continue_request(body, paused_content()), call resume(), feed that answer.
  [[nodiscard]] bool paused() const;
  /// A JSON array with the Anthropic blocks of all turns so far, as received.
  [[nodiscard]] std::string paused_content() const;
  /// Takes the next turn's answer, or once more that of a turn that failed before turn_started().
  void resume();
  /// Gives up continuing: the paused turn becomes the end of the answer.
  Status end_paused(std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace proxx
