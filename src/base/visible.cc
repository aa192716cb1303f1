#include "base/visible.h"

#include "base/utf8.h"

namespace proxx {
namespace {

/// The code point of a well-formed sequence.
char32_t decode(std::string_view sequence) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  char32_t code = byte(0) & (0x7FU >> sequence.size());
  for (size_t i = 1; i < sequence.size(); ++i) code = code << 6 | (byte(i) & 0x3FU);
  return code;
}

/// Unicode's property Bidi_Control.
bool is_bidi_control(char32_t code) {
  return code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

/// Beyond C0, whose treatment depends on where the text stands.
bool is_hidden(char32_t code) {
  return (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 ||
         is_bidi_control(code);
}

/// Length of what `text` begins with that any reader may have as it is.
size_t plain_length(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && text[length] >= ' ' && text[length] < '\x7f') ++length;
  return length;
}

void append_hex(std::string& out, char32_t value, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[value >> shift & 15];
}

void append_short(std::string& out, char32_t code) {
  out += code <= 0xFF ? "\\x" : "\\u";
  append_hex(out, code, code <= 0xFF ? 2 : 4);
}

void append_json_escape(std::string& out, char32_t code) {
  out += "\\u";
  append_hex(out, code, 4);
}

}  // namespace

std::string visible(std::string_view text, Newlines newlines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t plain = plain_length(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t length = utf8::sequence_length(text);
    const char32_t code =
        length == 0 ? static_cast<uint8_t>(text.front()) : decode(text.substr(0, length));
    const bool sent_control = code == '\t' || (code == '\n' && newlines == Newlines::kept);
    if (length == 0 || is_hidden(code) || (code < 0x20 && !sent_control)) {
      append_short(out, code);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string visible_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const size_t plain = plain_length(json);
    out += json.substr(0, plain);
    json.remove_prefix(plain);
    if (json.empty()) break;
    const size_t length = utf8::sequence_length(json);
    const char32_t code = length == 0 ? 0xFFFD : decode(json.substr(0, length));
    if (length == 0 || is_hidden(code)) {
      append_json_escape(out, code);
    } else {
      out += json.substr(0, length);
    }
    json.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace proxx
