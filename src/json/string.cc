#include "json/string.h"

#include <utility>

#include "base/utf8.h"

namespace proxx::json {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view line_end_escape(std::string_view character) {
  if (character == "\xC2\x85") return R"(\u0085)";
  if (character == "\xE2\x80\xA8") return R"(\u2028)";
  if (character == "\xE2\x80\xA9") return R"(\u2029)";
  return {};
}

int hex4(const char* text, const char* end) {
  if (end - text < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const char* const plain = skip_plain(at, end);
    out.append(at, plain);
    at = plain;
    if (at == end) return;
    const auto byte = static_cast<uint8_t>(*at);
    if (byte >= 0x80) {
      const size_t length = utf8::sequence_length({at, static_cast<size_t>(end - at)});
      if (length == 0) {
        out.append(utf8::kReplacement);
        ++at;
      } else {
        const std::string_view escape = line_end_escape({at, length});
        out.append(escape.empty() ? std::string_view(at, length) : escape);
        at += length;
      }
      continue;
    }
    ++at;
    switch (byte) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      case '\b':
        out.append("\\b");
        break;
      case '\f':
        out.append("\\f");
        break;
      default:
        out.append("\\u00");
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
  }
}

RawString escaped(std::string_view text) {
  std::string bytes;
  append_escaped(bytes, text);
  return RawString(std::move(bytes));
}

void append_unescaped(std::string& out, Raw raw) {
  out.reserve(out.size() + raw.size());
  const char* at = raw.bytes().data();
  const char* const end = at + raw.size();
  while (at < end) {
    const char* backslash =
        static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)));
    if (backslash == nullptr || end - backslash < 2) {
      out.append(at, end);
      break;
    }
    out.append(at, backslash);
    at = backslash + 2;
    switch (backslash[1]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        const int unit = hex4(at, end);
        if (unit < 0) break;
        at += 4;
        char32_t code_point = static_cast<char32_t>(unit);
        if (is_high_surrogate(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
          const int low = hex4(at + 2, end);
          if (is_low_surrogate(low)) {
            code_point = 0x10000 + (static_cast<char32_t>(unit - 0xD800) << 10) +
                         static_cast<char32_t>(low - 0xDC00);
            at += 6;
          }
        }
        utf8::append(out, code_point);
        break;
      }
      default:
        out.push_back(backslash[1]);
    }
  }
}

std::string unescape(Raw raw) {
  std::string out;
  append_unescaped(out, raw);
  return out;
}

}  // namespace proxx::json
