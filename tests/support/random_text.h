#pragma once
#include <cstdint>
#include <random>
#include <string>

#include "base/utf8.h"

namespace proxx::test {

/// `length` code points of all planes, control characters and what JSON escapes among them; the
/// same for the same state of `random` on every machine.
inline std::string random_text(std::mt19937& random, size_t length) {
  static constexpr char32_t kOdd[] = {0,     '"',    '\\',   '/',    '\n',   '\r',    '\t',
                                      0x7F,  0x85,   0xA0,   0x2028, 0xFEFF, 0xFFFD,  0xFFFF,
                                      0x800, 0xD7FF, 0xE000, 0x1000, 0x80,   0x10FFFF};
  static constexpr char32_t kEnds[] = {0x20, 0x80, 0x800, 0x10000, 0x110000};
  std::string text;
  while (length-- > 0) {
    if (random() % 4 == 0) {
      utf8::append(text, kOdd[random() % std::size(kOdd)]);
      continue;
    }
    const char32_t end = kEnds[random() % std::size(kEnds)];
    const char32_t code_point = random() % end;
    const bool is_surrogate = code_point >= 0xD800 && code_point < 0xE000;
    utf8::append(text, is_surrogate ? U'x' : code_point);
  }
  return text;
}

}  // namespace proxx::test
