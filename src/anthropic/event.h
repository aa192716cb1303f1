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

// The parts of the Messages API's answers that proxx reads (docs/protocol.md 2). The API grows new
// types weekly: an unknown block, delta or event has a type of its own here and is never an error.
// A known one whose field is missing or has a wrong type is `upstream_protocol`. To read a new
// type, add a struct, a line in its variant and a row of the decoder; the compiler then lists the
// visitors.

namespace proxx::anthropic {

using json::Raw;

// A Raw is as received and goes out in a JSON string again. All views in this file live as long as
// the contents of the Document they were decoded from.

/// How proxx parses all JSON of the upstream's. JavaScript clients accept lone surrogates, so proxx
/// does. The largest real answer has a few thousand values; a million of them would need an index
/// of hundreds of megabytes.
inline constexpr json::ParseOptions kUpstreamJson = {
    .max_depth = 128, .allow_lone_surrogates = true, .max_values = uint32_t{1} << 20};

/// Bytes of a message's id and of its model. Every chunk repeats both.
inline constexpr size_t kMaxNameBytes = 256;

/// Highest accepted index of a block. Real answers have some dozens of blocks.
inline constexpr int64_t kMaxBlockIndex = 65535;

/// A citation of a text block. `url` is absent unless the source is on the web.
struct Citation {
  std::optional<Raw> url;
  Raw title;              ///< the URL if it has none
  std::string_view json;  ///< the whole object
};

struct TextBlock {
  Raw text;
  std::vector<Citation> citations;
};
struct ThinkingBlock {
  Raw thinking;
  Raw signature;
};
struct RedactedThinkingBlock {
  Raw data;
};
struct ToolUseBlock {
  Raw id;
  Raw name;
  std::string_view input;  ///< JSON object
};
/// A block of any other type: a server tool's call, its result, or a type that is new.
struct UnknownBlock {};
using Block =
    std::variant<TextBlock, ThinkingBlock, RedactedThinkingBlock, ToolUseBlock, UnknownBlock>;

struct TextDelta {
  Raw text;
  bool is_plain = false;  ///< known to be ASCII without escapes: each byte is a character
};
struct InputJsonDelta {
  Raw partial_json;
};
struct ThinkingDelta {
  Raw thinking;
};
struct SignatureDelta {
  Raw signature;
};
struct CitationsDelta {
  Citation citation;
};
struct UnknownDelta {};
using Delta = std::variant<TextDelta, InputJsonDelta, ThinkingDelta, SignatureDelta, CitationsDelta,
                           UnknownDelta>;

/// Why an answer ended. Members that a later event has replace those of earlier events.
struct Ending {
  std::optional<Raw> stop_reason;
  std::optional<Raw> category;     ///< of a refusal
  std::optional<Raw> explanation;  ///< of a refusal
};

struct MessageStart {
  Raw id;
  Raw model;
  json::Reader content;  ///< array; normally empty, but whole blocks have been seen here
  Ending ending;
  Usage usage;
};
struct ContentBlockStart {
  uint32_t index = 0;
  Block block;
  std::string_view json;  ///< the whole block
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
  std::string_view error;  ///< JSON text for event_error()
};
struct UnknownEvent {};
using Event = std::variant<ContentBlockDelta, ContentBlockStart, ContentBlockStop, MessageStart,
                           MessageDelta, MessageStop, Ping, ErrorEvent, UnknownEvent>;

/// Decodes one event of a stream from its `data`, by the `type` in it. Without one it may be an
/// error of a gateway's.
[[nodiscard]] Result<Event> decode_event(json::Reader data);

/// Decodes the message of a call that did not stream, as a message_start whose content is whole; or
/// the error object that came instead.
[[nodiscard]] Result<std::variant<MessageStart, ErrorEvent>> decode_message(json::Reader message);

[[nodiscard]] Result<Block> decode_block(json::Reader block);

}  // namespace proxx::anthropic
