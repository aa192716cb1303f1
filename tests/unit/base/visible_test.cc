#include "base/visible.h"

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "json/reader.h"
#include "json/string.h"

namespace proxx {
namespace {

/// Every character that X8 names, and the ends of its ranges.
constexpr char32_t kHidden[] = {0x01,   0x07,   0x0B,   0x0D,   0x1B,   0x1F,   0x7F,
                                0x80,   0x85,   0x9B,   0x9F,   0x61C,  0x200E, 0x200F,
                                0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069};
/// Their neighbours, and what only looks alike.
constexpr char32_t kShown[] = {0x20,   0x7E,   0xA0,   0xE9,   0x61B,  0x200D,  0x2010,
                               0x2027, 0x202F, 0x2065, 0x206A, 0xFFFD, 0x1F600, 0x10FFFF};

std::string utf8_of(char32_t code) {
  std::string out;
  utf8::append(out, code);
  return out;
}

TEST_CASE("X8: what acts on a terminal or a reader's eyes is shown, everything else is as it was") {
  for (const char32_t code : kHidden) {
    CAPTURE(static_cast<uint32_t>(code));
    const std::string character = utf8_of(code);
    for (const Newlines newlines : {Newlines::shown, Newlines::kept}) {
      const std::string out = visible("a" + character + "b", newlines);
      CHECK(out.find(character) == std::string::npos);
      CHECK(out.starts_with(code < 0x100 ? "a\\x" : "a\\u"));
      CHECK(out.size() == (code < 0x100 ? 6 : 8));
    }
  }
  for (const char32_t code : kShown) {
    CAPTURE(static_cast<uint32_t>(code));
    CHECK(visible("a" + utf8_of(code)) == "a" + utf8_of(code));
    CHECK(visible_json("\"" + utf8_of(code) + "\"") == "\"" + utf8_of(code) + "\"");
  }
  CHECK(visible("\x1b[2J\xC2\x9B\xE2\x80\xAE") == "\\x1b[2J\\x9b\\u202e");
  CHECK(visible("\tone\n\ntwo") == "\tone\\x0a\\x0atwo");
  CHECK(visible("\tone\n\ntwo", Newlines::kept) == "\tone\n\ntwo");
  CHECK(visible(std::string_view("\0", 1)) == "\\x00");
  CHECK(visible("").empty());
}

TEST_CASE("X8: bytes that are not UTF-8 are shown one by one") {
  CHECK(visible("a\xFF\xFE") == "a\\xff\\xfe");
  CHECK(visible("\x9B") == "\\x9b");
  CHECK(visible("\xE2\x80") == "\\xe2\\x80");
  CHECK(visible("\xC0\xAF\xC3\xA9") == "\\xc0\\xaf\xC3\xA9");
  CHECK(visible("\xED\xA0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("X8: JSON on a terminal is the same JSON") {
  std::string text;
  for (const char32_t code : kHidden) text += utf8_of(code);
  for (const char32_t code : kShown) text += utf8_of(code);
  std::string json = "{\"a\":\"";
  json::append_escaped(json, text);
  json += "\"}\n";
  const std::string out = visible_json(json);
  for (const char32_t code : kHidden) CHECK(out.find(utf8_of(code)) == std::string::npos);
  json::Document document;
  REQUIRE(document.parse(out));
  CHECK(document.root().get("a").string_or("") == text);
}

TEST_CASE("X8: shown text stays shown wherever the input is cut") {
  const std::string hostile = "x\xC2\x9By\xE2\x80\xAEz\n\xF0\x9F\x98\x80";
  for (size_t cut = 0; cut <= hostile.size(); ++cut) {
    const std::string out = visible(hostile.substr(0, cut)) + visible(hostile.substr(cut));
    CHECK(utf8::find_invalid(out) == std::string::npos);
    CHECK(visible(out) == out);
  }
}

}  // namespace
}  // namespace proxx
