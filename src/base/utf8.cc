#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace proxx::utf8 {
namespace {

struct Lead {
  uint8_t length;      ///< 0: no sequence begins so
  uint8_t second_low;  ///< range of the second byte
  uint8_t second_high;
};

Lead lead_of(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// Bytes of `text` that a sequence could begin with, and whether it is whole.
struct Prefix {
  size_t length;
  bool whole;
};

Prefix prefix_of(std::string_view text) {
  const Lead lead = lead_of(static_cast<uint8_t>(text[0]));
  if (lead.length == 0) return {1, false};
  size_t length = 1;
  for (; length < lead.length && length < text.size(); ++length) {
    const auto byte = static_cast<uint8_t>(text[length]);
    const uint8_t low = length == 1 ? lead.second_low : uint8_t{0x80};
    const uint8_t high = length == 1 ? lead.second_high : uint8_t{0xBF};
    if (byte < low || byte > high) break;
  }
  return {length, length == lead.length};
}

}  // namespace

size_t sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const Prefix prefix = prefix_of(text);
  return prefix.whole ? prefix.length : 0;
}

size_t find_invalid(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      if ((word & kHighBits) == 0) {
        at += 8;
        continue;
      }
    }
    const size_t length = sequence_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const size_t bad = find_invalid(text);
    out.append(text.substr(0, bad));
    if (bad == std::string_view::npos) return out;
    out.append(kReplacement);
    text.remove_prefix(bad + prefix_of(text.substr(bad)).length);
  }
}

void append(std::string& out, char32_t code_point) {
  const auto byte = [&out](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if ((code_point >= 0xD800 && code_point < 0xE000) || code_point > 0x10FFFF) {
    out.append(kReplacement);
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

}  // namespace proxx::utf8
