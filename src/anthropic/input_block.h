#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/reader.h"

namespace proxx::anthropic {

/// The part of the client's request that a block was made from. Only the reader of the client's API
/// knows what the numbers mean; nothing else here depends on them.
struct Origin {
  int32_t item = -1;   ///< index in the client's list of messages; -1: in none of them
  int32_t index = -1;  ///< in the member; -1: all of it
  uint8_t member = 0;  ///< of the item; 0: the item itself
};

/// A content block, system block or tool of a request: a non-empty JSON object without its closing
/// brace and without its `cache_control`. The text is in four pieces, written one after the other,
/// so that the client's text is not copied before the body is written: an image can be megabytes.
struct InputBlock {
  enum class Kind {
    text,
    image,
    document,
    tool_use,
    tool_result,
    thinking,   ///< or redacted_thinking
    tool,       ///< a tool of the client's
    typed_tool  ///< one of Anthropic's own kinds, such as web_search_20250305
  };
  Kind kind = Kind::text;
  Origin origin;
  std::string_view head;  ///< a literal
  std::string json;
  std::string_view source;         ///< of the request's text
  std::string_view tail;           ///< a literal
  std::string_view cache_control;  ///< JSON text, "" for none; the client's or a literal
  /// Where the client set it, or asked for it in other words; absent for one of our own.
  json::Reader cache_control_at;

  /// Appends the four pieces.
  void append_to(std::string& out) const;
  /// Bytes of the four pieces and of cache_control.
  [[nodiscard]] size_t size() const;
};

/// A text block with a text of the request's, or a literal.
[[nodiscard]] InputBlock text_block(json::Raw text);
/// A text block that owns its text.
[[nodiscard]] InputBlock own_text_block(json::RawString text);
/// True for a block of the two functions above; false for a text block that came as one.
[[nodiscard]] bool is_made_text(const InputBlock& block);
/// The text of a block of the two functions above.
[[nodiscard]] json::Raw text_of(const InputBlock& text_block);
void set_text(InputBlock& text_block, json::RawString text);

[[nodiscard]] InputBlock thinking_block(json::Raw text, json::Raw signature);
[[nodiscard]] InputBlock redacted_thinking_block(json::Raw data);

/// The members of `object` except cache_control, as received; of members with one key the last.
[[nodiscard]] InputBlock verbatim_block(InputBlock::Kind kind, json::Reader object);

/// Sets the client's `cache_control`; null or absent sets nothing. Errors: not an object.
Status set_cache_control(InputBlock& block, json::Reader cache_control);

}  // namespace proxx::anthropic
