#include "mock/sample/characters.h"

namespace proxx::mock::sample {

std::string utf8(uint32_t code) {
  std::string out;
  const auto tail = [&out, code](int shift) {
    out += static_cast<char>(0x80 | ((code >> shift) & 0x3F));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

std::string_view of_class(char escape) {
  switch (escape) {
    case 'd':
      return "1";
    case 'w':
      return "a";
    case 's':
      return " ";
    case 'D':
    case 'S':
      return "x";
    case 'W':
      return "-";
    default:
      return {};
  }
}

std::string_view of_property(std::string_view name) {
  if (name == "Lu" || name == "Uppercase") return "A";
  if (name.starts_with('N')) return "1";
  if (name.starts_with('P')) return ".";
  if (name.starts_with('S') && name.size() <= 2) return "+";
  if (name.starts_with('Z')) return " ";
  return "a";
}

std::vector<Interval> intervals_of(char escape) {
  static const std::string kEnd = "\xf4\x8f\xbf\xbf";
  switch (escape) {
    case 'd':
      return {{"1", "9"}, {"0", "0"}};
    case 'w':
      return {{"a", "z"}, {"A", "Z"}, {"0", "9"}, {"_", "_"}};
    case 's':
      return {{" ", " "}, {"\t", "\r"}};
    case 'D':
      return {{"x", kEnd}, {std::string(1, '\0'), "/"}, {":", kEnd}};
    case 'W':
      return {{"-", "/"}, {std::string(1, '\0'), ","}, {":", "@"}, {"[", "^"}, {"{", kEnd}};
    default:
      return {{"x", kEnd}, {"!", kEnd}};
  }
}

}  // namespace proxx::mock::sample
