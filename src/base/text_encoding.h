#pragma once
#include <string>
#include <string_view>

namespace proxx {

/// Text as UTF-8.
struct DecodedText {
  std::string text;
  /// What it was read as: `UTF-16LE`, `UTF-16BE` or `Windows-1252`; "" for UTF-8.
  std::string_view encoding;
};

inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

/// `text` without a byte order mark of UTF-8 at its beginning.
[[nodiscard]] std::string_view without_utf8_mark(std::string_view text);

/// Text of an unknown encoding: a byte order mark decides (UTF-8, UTF-16) and is removed; without
/// one it is UTF-8 if it is well-formed, else Windows-1252 (as the WHATWG decodes it). What is
/// malformed behind a mark becomes U+FFFD.
[[nodiscard]] DecodedText decode_text(std::string_view bytes);

}  // namespace proxx
