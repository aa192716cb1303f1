#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace proxx::utf8 {

/// Length in bytes of the well-formed sequence that `text` begins with (Unicode 15, table 3-7: no
/// overlong forms, no surrogates, at most U+10FFFF); 0 if it begins with none, or is empty.
[[nodiscard]] size_t sequence_length(std::string_view text);

/// Offset of the first byte that is not part of a well-formed sequence; npos if there is none.
[[nodiscard]] size_t find_invalid(std::string_view text);

/// `text` with each maximal ill-formed part replaced by U+FFFD, as the WHATWG decoder does.
[[nodiscard]] std::string repaired(std::string_view text);

/// Appends the sequence of a code point; a surrogate or anything beyond U+10FFFF becomes U+FFFD.
void append(std::string& out, char32_t code_point);

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace proxx::utf8
