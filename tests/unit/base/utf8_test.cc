#include "base/utf8.h"

#include <doctest/doctest.h>

#include <string>

using namespace proxx;

TEST_CASE("UTF-8 sequences are accepted exactly as Unicode's table of well-formed forms") {
  struct Case {
    const char* name;
    std::string_view bytes;
    size_t length;
  };
  const Case cases[] = {
      {"ascii", "a", 1},
      {"two bytes", "\xC3\xA9", 2},
      {"three bytes", "\xE2\x82\xAC", 3},
      {"four bytes", "\xF0\x9F\x98\x80", 4},
      {"highest", "\xF4\x8F\xBF\xBF", 4},
      {"beyond the highest", "\xF4\x90\x80\x80", 0},
      {"overlong two", "\xC0\xAF", 0},
      {"overlong three", "\xE0\x80\xAF", 0},
      {"overlong four", "\xF0\x80\x80\xAF", 0},
      {"surrogate", "\xED\xA0\x80", 0},
      {"continuation alone", "\x80", 0},
      {"FF", "\xFF", 0},
      {"cut", "\xE2\x82", 0},
      {"empty", "", 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(utf8::sequence_length(c.bytes) == c.length);
  }
}

TEST_CASE("invalid UTF-8 is found at its offset and repaired as browsers do") {
  CHECK(utf8::find_invalid("plain ascii that is longer than one word") == std::string_view::npos);
  CHECK(utf8::find_invalid("123456789\xC3\xA9\xFF") == 11);
  CHECK(utf8::repaired("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(utf8::repaired("a\xE2\x82z") == "a\xEF\xBF\xBDz");
  CHECK(utf8::repaired("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(utf8::repaired("h\xC3\xA9") == "h\xC3\xA9");
}
