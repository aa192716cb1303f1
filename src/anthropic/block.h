#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "anthropic/block_origin.h"
#include "base/result.h"
#include "json/reader.h"

namespace proxx::request {

/// One content block, system block or tool on its way out: a non-empty JSON object without its
/// closing brace. Its text is in four pieces, written one behind the other, so that what the client
/// sent is not copied before it is written: an image can be megabytes.
struct Block {
  enum class Kind { text, image, document, tool_use, tool_result, thinking, tool };
  Kind kind = Kind::text;
  BlockOrigin origin;
  std::string_view head;  ///< a literal
  std::string json;
  std::string_view raw;            ///< of the request's text
  std::string_view tail;           ///< a literal
  std::string_view cache_control;  ///< JSON text, "" for none; the client's or a literal
  json::Reader cache_control_at;   ///< where the client set it; absent for one of our own

  /// Appends the four pieces.
  void append_to(std::string& out) const;
  /// Of all of it, in bytes.
  [[nodiscard]] size_t size() const;
};

/// A text block of a JSON string's inside, which is of the request's text or a literal.
[[nodiscard]] Block text_block(std::string_view raw);
/// ... or made here.
[[nodiscard]] Block own_text_block(std::string raw);
/// The inside of the string in one of these.
[[nodiscard]] std::string_view text_of(const Block& text_block);
void set_text(Block& text_block, std::string raw);

/// The members of an object but for cache_control, as received (of one key the last); a block of
/// `kind`.
[[nodiscard]] Block verbatim_block(Block::Kind kind, json::Reader object);

/// Sets what the client put as `cache_control`. Errors: not an object.
Status set_cache_control(Block& block, json::Reader cache_control);

}  // namespace proxx::request
