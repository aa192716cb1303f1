#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/events.h"
#include "answer/frame.h"
#include "base/notices.h"

namespace proxx {

struct Protocol;

/// The client's form of an answer, in whichever API it speaks.
enum class AnswerForm {
  stream,  ///< events as they come, each in a Frame
  whole,   ///< one JSON object and a newline, written at the end
  text,    ///< see text/writer.h
};

/// The time in Unix seconds, for the conversion, which knows no clock.
using UnixClock = std::function<int64_t()>;

/// Makes the output of an answer. Called once for each try; only a stream uses the frame.
using MakeOutput =
    std::function<std::unique_ptr<answer::Output>(AnswerForm, answer::Frame, const UnixClock&)>;

/// An Anthropic Messages request, and how its answer must look.
struct ConvertedRequest {
  const Protocol* protocol = nullptr;  ///< set by who chose it (exchange/protocols.h)
  std::string body;                    ///< JSON for POST /v1/messages
  std::string model;                   ///< as sent upstream
  bool stream = false;                 ///< the client wants a stream
  bool upstream_stream = false;        ///< body holds "stream":true (docs/mapping-chat.md 6.0)
  std::vector<std::string> betas;      ///< values the body needs in `anthropic-beta`
  std::vector<std::string> secrets;    ///< credentials of MCP servers, which the body holds
  bool has_thinking_history = false;
  /// How many pause_turns are continued. Not 0 only with server tools: the blocks are kept for it.
  int continue_paused = 0;
  /// The tool whose call the answer's text is, as the model cannot be forced to call it: see
  /// answer/text_as_call.h. "" for none.
  std::string text_is_call_of;
  Notices notices;
  MakeOutput make_output;
  /// The client's field for a path in an error of the upstream: `messages.3.content.0` may be
  /// `messages[5].tool_calls[1]`, and `max_tokens` may be `max_completion_tokens`. Gives a path
  /// that comes from no single field of the request back as it is.
  std::function<std::string(std::string_view)> client_path;
};

}  // namespace proxx
