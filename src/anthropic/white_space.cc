#include "anthropic/white_space.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/utf8.h"
#include "json/string.h"

namespace proxx::anthropic {
namespace {

/// Unicode's White_Space outside ASCII: the upstream strips text the way Python does.
bool is_wide_space(std::string_view sequence) {
  static constexpr std::string_view kSpaces[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                                 "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                                 "\xE2\x81\x9F", "\xE3\x80\x80"};
  if (std::find(std::begin(kSpaces), std::end(kSpaces), sequence) != std::end(kSpaces)) return true;
  return sequence >= "\xE2\x80\x80" && sequence <= "\xE2\x80\x8A";  // U+2000 to U+200A
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

bool is_blank_text(std::string_view text) {
  while (!text.empty()) {
    const size_t length = std::max<size_t>(utf8::sequence_length(text), 1);
    if (!(length == 1 ? is_ascii_space(text[0]) : is_wide_space(text.substr(0, length)))) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

bool is_blank(json::Raw raw) {
  std::string_view rest = raw.bytes();
  // Decoded one character at a time, since nearly always the first one decides.
  while (!rest.empty()) {
    const bool escaped = rest[0] == '\\';
    const size_t length = escaped ? (rest.substr(1, 1) == "u" ? 6 : 2)
                                  : std::max<size_t>(utf8::sequence_length(rest), 1);
    const std::string_view character = rest.substr(0, length);
    if (!is_blank_text(escaped ? json::unescape(json::Raw(character)) : std::string(character))) {
      return false;
    }
    rest.remove_prefix(character.size());
  }
  return true;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    if (!is_blank_text(text.substr(last))) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace proxx::anthropic
