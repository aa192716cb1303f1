#pragma once
#include <string>
#include <string_view>

// Characters and words as protocols know them: ASCII, whatever the locale.

namespace proxx {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string lower(std::string_view text);

/// Whether two words, like names of headers, are one but for the case of letters.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

/// `text` without what it begins and ends with of `blanks`.
[[nodiscard]] std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
/// C0 or DEL.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// What methods and names of headers are made of (RFC 9110, 5.6.2).
[[nodiscard]] bool is_token_char(char c);
[[nodiscard]] bool is_token(std::string_view text);
/// What the value of a header must not hold (RFC 9110, 5.5).
[[nodiscard]] constexpr bool is_field_control(char c) {
  return is_control(c) && c != '\t';
}

/// Decodes %XX; a malformed one stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// Writes as %XX all but letters, digits, `-._~` (RFC 3986, 2.3) and the bytes of `kept`.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace proxx
