#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "anthropic/usage.h"
#include "base/result.h"
#include "json/reader.h"

// What we read of the Messages API's answers (wire.md 2). The other side grows new types weekly: an
// unknown block, delta or event is a value of its own here, never an error. A known one with a
// field missing or of a wrong type is `upstream_protocol`. A new type we care for is one struct,
// one line in its variant and one row of the decoder; the compiler then lists the visitors.

namespace proxx::anthropic {

/// The inside of a JSON string as received, escapes and all: what goes out is a JSON string again.
/// All views in this file live as long as the contents of the Document they were decoded from.
using RawString = std::string_view;

/// How all JSON of the upstream's is parsed. A lone surrogate is what its JavaScript clients would
/// take. An answer of the largest model is a few megabytes of some thousand values: who sends a
/// million has something else in mind, and would have an index of hundreds of megabytes made.
inline constexpr json::ParseOptions kUpstreamJson = {
    .max_depth = 128, .allow_lone_surrogates = true, .max_values = uint32_t{1} << 20};

/// Of a message's id and model, in bytes: they stand in every chunk.
inline constexpr size_t kMaxNameBytes = 256;

/// Highest block index believed; real answers have some dozens of blocks.
inline constexpr int64_t kMaxBlockIndex = 65535;

/// A citation of a text block; only those of a URL can be shown as OpenAI's `url_citation`.
struct Citation {
  std::optional<RawString> url;
  RawString title;       ///< the URL if it has none
  std::string_view raw;  ///< the whole object
};

struct TextBlock {
  RawString text;
  std::vector<Citation> citations;
};
struct ThinkingBlock {
  RawString thinking;
  RawString signature;
};
struct RedactedThinkingBlock {
  RawString data;
};
struct ToolUseBlock {
  RawString id;
  RawString name;
  std::string_view input;  ///< JSON object
};
/// Server tools, their results, whatever comes next: never shown.
struct UnknownBlock {};
using Block =
    std::variant<TextBlock, ThinkingBlock, RedactedThinkingBlock, ToolUseBlock, UnknownBlock>;

struct TextDelta {
  RawString text;
  bool is_plain = false;  ///< known to be ASCII without escapes: a byte is a character
};
struct InputJsonDelta {
  RawString partial_json;
};
struct ThinkingDelta {
  RawString thinking;
};
struct SignatureDelta {
  RawString signature;
};
struct CitationsDelta {
  Citation citation;
};
struct UnknownDelta {};
using Delta = std::variant<TextDelta, InputJsonDelta, ThinkingDelta, SignatureDelta, CitationsDelta,
                           UnknownDelta>;

/// Why an answer ended; members of a later event replace earlier ones where they are there.
struct Ending {
  std::optional<RawString> stop_reason;
  std::optional<RawString> category;     ///< of a refusal
  std::optional<RawString> explanation;  ///< of a refusal
};

struct MessageStart {
  RawString id;
  RawString model;
  json::Reader content;  ///< array; normally empty, but whole blocks have been seen here
  Ending ending;
  Usage usage;
};
struct ContentBlockStart {
  uint32_t index = 0;
  Block block;
  std::string_view raw;  ///< the whole block
};
struct ContentBlockDelta {
  uint32_t index = 0;
  Delta delta;
};
struct ContentBlockStop {
  uint32_t index = 0;
};
struct MessageDelta {
  Ending ending;
  Usage usage;
};
struct MessageStop {};
struct Ping {};
struct ErrorEvent {
  std::string_view error;  ///< JSON text of the `error` object, "" if there is none
};
struct UnknownEvent {};
using Event = std::variant<ContentBlockDelta, ContentBlockStart, ContentBlockStop, MessageStart,
                           MessageDelta, MessageStop, Ping, ErrorEvent, UnknownEvent>;

/// One event of a stream, from its `data`; `type` in it decides.
[[nodiscard]] Result<Event> decode_event(json::Reader data);

/// A whole message of a call that did not stream, as the message_start it would have been, whose
/// content is there at once; or the error object that came instead.
[[nodiscard]] Result<std::variant<MessageStart, ErrorEvent>> decode_message(json::Reader message);

[[nodiscard]] Result<Block> decode_block(json::Reader block);

/// `upstream_protocol`, saying `what` was wrong.
[[nodiscard]] Error protocol_error(std::string what);

}  // namespace proxx::anthropic
