#include "base/text_encoding.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

namespace proxx {

TEST_CASE("text: a byte order mark decides and is removed, else UTF-8, else Windows-1252") {
  struct Row {
    std::string_view bytes;
    std::string_view text;
    std::string_view encoding;
  };
  using namespace std::string_view_literals;
  const Row rows[] = {
      {"", "", ""},
      {"plain", "plain", ""},
      {"caf\xc3\xa9", "café", ""},
      {"\xef\xbb\xbfhello", "hello", ""},
      {"\xef\xbb\xbf", "", ""},
      {"\xef\xbb\xbf\xe9", "\xef\xbf\xbd", ""},
      {"a\xef\xbb\xbf", "a\xef\xbb\xbf", ""},
      {"caf\xe9", "café", "Windows-1252"},
      {"\x80\x93x\x94\x9f", "€“x”Ÿ", "Windows-1252"},
      {"\xff\xfeh\0\xe9\0"sv, "hé", "UTF-16LE"},
      {"\xfe\xff\0h\0\xe9"sv, "hé", "UTF-16BE"},
      {"\xff\xfe\x3d\xd8\0\xde"sv, "😀", "UTF-16LE"},
      {"\xfe\xff\xd8\x3d\xde\0"sv, "😀", "UTF-16BE"},
      {"\xff\xfe\x3d\xd8x\0"sv, "\xef\xbf\xbdx", "UTF-16LE"},
      {"\xfe\xff\xde\0\0x"sv, "\xef\xbf\xbdx", "UTF-16BE"},
      {"\xff\xfeh\0x"sv, "h\xef\xbf\xbd", "UTF-16LE"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const DecodedText decoded = decode_text(row.bytes);
    CHECK(decoded.text == row.text);
    CHECK(decoded.encoding == row.encoding);
  }
}

TEST_CASE("text: whatever the bytes, cut anywhere, the result is UTF-8") {
  std::string bytes = "\xff\xfe";
  for (int i = 0; i < 600; ++i) bytes += static_cast<char>(i * 97 % 256);
  for (size_t begin : {size_t{0}, size_t{1}, size_t{2}}) {
    for (size_t end = begin; end <= bytes.size(); ++end) {
      const std::string text = decode_text(std::string_view(bytes).substr(begin, end - begin)).text;
      CHECK(utf8::find_invalid(text) == std::string_view::npos);
    }
  }
}

}  // namespace proxx
