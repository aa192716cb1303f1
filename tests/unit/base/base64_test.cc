#include "base/base64.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace proxx;

TEST_CASE("base64: the vectors of RFC 4648, section 10") {
  CHECK(encode_base64("").empty());
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foo") == "Zm9v");
  CHECK(encode_base64("foob") == "Zm9vYg==");
  CHECK(encode_base64("fooba") == "Zm9vYmE=");
  CHECK(encode_base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64: the alphabet for URLs has no padding; both alphabets are read") {
  CHECK(encode_base64("\xfb\xff") == "+/8=");
  CHECK(encode_base64url("\xfb\xff") == "-_8");
  CHECK(decode_base64("+/8=") == "\xfb\xff");
  CHECK(decode_base64("-_8") == "\xfb\xff");
}

TEST_CASE("base64: every byte at every length comes back") {
  std::string bytes;
  for (int c = 0; c < 256; ++c) {
    CHECK(decode_base64(encode_base64(bytes)) == bytes);
    CHECK(decode_base64(encode_base64url(bytes)) == bytes);
    bytes += static_cast<char>(c);
  }
}

TEST_CASE("base64: another character ends the digits, and a single digit is no byte") {
  CHECK(decode_base64("Zm9v.YmFy") == "foo");
  CHECK(decode_base64("Zm9v\nYmFy") == "foo");
  CHECK(decode_base64("Z").empty());
}
