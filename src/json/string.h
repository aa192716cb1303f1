#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "json/raw.h"

// PROXX_PORTABLE: bytes one by one, as where there is neither SSE2 nor a little-endian word.
#if defined(__SSE2__) && !defined(PROXX_PORTABLE)
#define PROXX_SSE2
#include <emmintrin.h>
#endif

// The inside of JSON strings: what stands between the quotes, escapes and all.

namespace proxx::json {

/// Appends `text` as the inside of a JSON string: quotes, backslashes and control characters are
/// escaped, as are U+0085, U+2028 and U+2029, which end a line for some readers. `text` must be
/// UTF-8; bytes that are not become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// append_escaped() into a string of its own.
[[nodiscard]] RawString escaped(std::string_view text);

/// Appends the decoded text. Lone surrogates become U+FFFD.
void append_unescaped(std::string& out, Raw raw);
[[nodiscard]] std::string unescape(Raw raw);

/// The escape for a character beyond ASCII that ends a line for some readers; "" for any other.
[[nodiscard]] std::string_view line_end_escape(std::string_view character);

/// The four hex digits at `text`, or -1.
[[nodiscard]] int hex4(const char* text, const char* end);

constexpr bool is_high_surrogate(int unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low_surrogate(int unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// May follow a backslash, and ends the escape.
constexpr bool is_short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    default:
      return false;
  }
}

/// End of the run at `begin` in which nothing needs a closer look inside a string: no quote, no
/// backslash, no control character, no byte beyond ASCII.
[[nodiscard]] inline const char* skip_plain(const char* begin, const char* end) {
#ifdef PROXX_SSE2
  for (; end - begin >= 16; begin += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
    // As signed bytes those beyond ASCII are below the space, too.
    const __m128i special = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(' ')),
                                         _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));
    const auto flagged = static_cast<uint32_t>(_mm_movemask_epi8(special));
    if (flagged != 0) return begin + std::countr_zero(flagged);
  }
#endif
#ifdef PROXX_PORTABLE
  constexpr bool kUsesWords = false;
#else
  constexpr bool kUsesWords = std::endian::native == std::endian::little;
#endif
  if constexpr (kUsesWords) {
    // Of the flagged bytes of a word the lowest is exact, which is the one that counts.
    constexpr uint64_t kEach = 0x0101010101010101;
    for (; end - begin >= 8; begin += 8) {
      uint64_t word = 0;
      std::memcpy(&word, begin, 8);
      const uint64_t quote = word ^ (kEach * '"');
      const uint64_t backslash = word ^ (kEach * '\\');
      const uint64_t flagged = (((quote - kEach) & ~quote) | ((backslash - kEach) & ~backslash) |
                                (word - kEach * ' ') | word) &
                               (kEach * 0x80);
      if (flagged != 0) return begin + std::countr_zero(flagged) / 8;
    }
  }
  for (; begin < end; ++begin) {
    const auto byte = static_cast<uint8_t>(*begin);
    if (byte < ' ' || byte >= 0x80 || byte == '"' || byte == '\\') break;
  }
  return begin;
}

}  // namespace proxx::json
