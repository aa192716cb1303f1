#include "base/ascii.h"

#include <doctest/doctest.h>

using namespace proxx;

TEST_CASE("trimmed takes blanks from both ends, and nothing from within") {
  CHECK(trimmed(" \ta b\r\n") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \r\n\t").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed(" a\n", " ") == "a\n");
}

TEST_CASE("words are one whatever the case of their ASCII letters, and of no others") {
  CHECK(same_word("X-Api-Key", "x-aPI-kEY"));
  CHECK(same_word("", ""));
  CHECK_FALSE(same_word("key", "keys"));
  CHECK_FALSE(same_word("@", "`"));
  CHECK_FALSE(same_word("[", "{"));
  CHECK_FALSE(same_word("\xc3\x84", "\xc3\xa4"));
  CHECK(lower("Text/HTML; Q=[\xc3\x84]") == "text/html; q=[\xc3\x84]");
}

TEST_CASE("a token is what RFC 9110 says") {
  std::string every;
  for (int c = 0; c < 256; ++c) {
    if (is_token_char(static_cast<char>(c))) every += static_cast<char>(c);
  }
  CHECK(every == "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  CHECK(is_token("x-api-key"));
  CHECK_FALSE(is_token(""));
  CHECK_FALSE(is_token("a b"));
}

TEST_CASE("percent encoding keeps the unreserved, and what it is told to keep; it is undone") {
  CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encoded("a/b:0 %\xc3\xa4@") == "a%2Fb%3A0%20%25%C3%A4%40");
  CHECK(percent_encoded("a/b@c", "/@") == "a/b@c");
  std::string every;
  for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
  CHECK(percent_decoded(percent_encoded(every)) == every);
}

TEST_CASE("control characters end at the space, and DEL is one; a tab may stand in a field") {
  for (int c = 0; c < 256; ++c) {
    const bool control = c < 0x20 || c == 0x7f;
    CHECK(is_control(static_cast<char>(c)) == control);
    CHECK(is_field_control(static_cast<char>(c)) == (control && c != '\t'));
  }
}
