#pragma once
#include <string>
#include <string_view>

// RFC 4648.

namespace proxx {

/// Padded, of the standard alphabet.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Without padding, of the alphabet for URLs.
[[nodiscard]] std::string encode_base64url(std::string_view bytes);

/// The bytes of `text`, whose digits may be of either alphabet. The first other character, such as
/// padding, ends them.
[[nodiscard]] std::string decode_base64(std::string_view text);

}  // namespace proxx
