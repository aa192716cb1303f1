#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "answer/facts.h"
#include "anthropic/event.h"
#include "base/result.h"

// The event model of an answer. AnswerState calls these functions, an Output of each API and form
// implements them. The model knows no word of OpenAI: ids, finish words, annotations, refusal
// sentences and the shapes of calls are the output's job.

namespace proxx::answer {

/// Nearly as received. It can be written into a line as it is (json/clean.h): it has no half of a
/// surrogate pair, and pieces of a text split no pair, no character and no escape. What is left of
/// a pair is U+FFFD, also inside a call's arguments.
using json::Raw;

/// A piece of a text or a thinking block.
struct Piece {
  uint32_t index = 0;     ///< the block's
  Raw text;               ///< never empty
  bool is_first = false;  ///< of its block
  bool is_plain = false;  ///< known to be ASCII without escapes: a byte is a character
};

/// A call of a client's tool.
struct ToolCall {
  uint32_t index = 0;   ///< the block's
  uint32_t number = 0;  ///< counts the calls of the answer from 0
};

enum class BlockEnd {
  closed,
  /// The upstream ended the answer inside the block. Also the last block of a whole message that a
  /// limit cut off, where nothing tells how far the block came.
  cut,
};

/// One client answer, written as it comes. Each function appends to `out` what can be written by
/// then; an output that does not show a thing leaves its function out. All views live until the
/// function returns.
///
/// Order:
///
///     start
///     ( text_begin ( text | citation )* text_end
///     | thinking_begin ( thinking | signature )* thinking_end
///     | redacted_thinking
///     | call_begin call_arguments* call_end
///     | server_block_begin server_block_end )*
///     stop
///
/// or any beginning of it, then fail. Nothing follows stop or fail. Blocks come one after the
/// other, but an odd upstream may interleave them: the block's `index` tells whose a piece is. An
/// index counts blocks from 0 over all turns of the answer and is never used twice, except by an
/// upstream that repeats it. A turn that the caller continues after a pause ends without a trace:
/// the next turn's blocks follow.
class Output {
 public:
  virtual ~Output() = default;

  /// Once. `id` is `msg_...`; `model` is the model that answers.
  virtual void start(Raw id, Raw model, std::string& out) = 0;

  virtual void text_begin(uint32_t /*index*/, std::string& /*out*/) {}
  virtual void text(const Piece& piece, std::string& out) = 0;
  /// A source of the whole text block, which may go on after it.
  virtual void citation(uint32_t /*index*/, const anthropic::Citation& /*citation*/,
                        std::string& /*out*/) {}
  virtual void text_end(uint32_t /*index*/, BlockEnd /*end*/, std::string& /*out*/) {}

  /// A thinking block may have no text, only a signature.
  virtual void thinking_begin(uint32_t /*index*/, std::string& /*out*/) {}
  virtual void thinking(const Piece& /*piece*/, std::string& /*out*/) {}
  /// A piece of the block's signature, not empty; nearly always the only one.
  virtual void signature(uint32_t /*index*/, Raw /*signature*/, std::string& /*out*/) {}
  virtual void thinking_end(uint32_t /*index*/, BlockEnd /*end*/, std::string& /*out*/) {}
  virtual void redacted_thinking(uint32_t /*index*/, Raw /*data*/, std::string& /*out*/) {}

  virtual void call_begin(const ToolCall& call, Raw id, Raw name, std::string& out) = 0;
  /// A piece of the arguments' JSON text, not empty. A call has at least one;
  /// arguments that came as a whole are one piece, right before call_end.
  virtual void call_arguments(const ToolCall& call, Raw fragment, std::string& out) = 0;
  virtual void call_end(const ToolCall& /*call*/, BlockEnd /*end*/, std::string& /*out*/) {}

  /// False: no server_block functions are called, and their blocks are not kept.
  [[nodiscard]] virtual bool wants_server_blocks() const { return false; }
  /// A block of any other type as JSON: a server tool's call (`server_tool_use`), its result
  /// (`web_search_tool_result`, ...), or a type that is new. First as the block starts (the `input`
  /// of a call is still empty), then whole. `block` is "" at the end if its deltas are not known.
  virtual void server_block_begin(uint32_t /*index*/, std::string_view /*block*/,
                                  std::string& /*out*/) {}
  virtual void server_block_end(uint32_t /*index*/, std::string_view /*block*/, BlockEnd /*end*/,
                                std::string& /*out*/) {}

  /// The answer is complete. Only here may an output write what looks like an end.
  virtual void stop(const Stop& stop, const TokenUsage& usage, std::string& out) = 0;
  /// The answer breaks off. A stream writes its error event, nothing that looks like a good end; a
  /// form that is written as a whole writes nothing.
  virtual void fail(const Error& /*error*/, std::string& /*out*/) {}

  /// A sign of life for a client that waits, where the API has one for a stream. Only between start
  /// and stop or fail.
  virtual void keepalive(std::string& /*out*/) {}

  /// Thinking text that this form shows beside the answer, decoded, since the last call.
  [[nodiscard]] virtual std::string take_reasoning() { return {}; }

 protected:
  Output() = default;
  Output(const Output&) = default;
  Output& operator=(const Output&) = default;
};

}  // namespace proxx::answer
