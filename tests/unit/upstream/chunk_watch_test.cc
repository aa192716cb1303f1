#include "upstream/curl/chunk_watch.h"

#include <doctest/doctest.h>

#include <string>

namespace proxx::test {
namespace {

/// What a watch says of `text` when it is cut at `cut`.
struct Verdict {
  bool ok = true;
  bool complete = false;
  bool excess = false;
  bool operator==(const Verdict&) const = default;
};

Verdict verdict(std::string_view text, size_t cut) {
  ChunkWatch watch;
  for (const std::string_view piece : {text.substr(0, cut), text.substr(cut)}) {
    if (!watch.add(piece, "peer")) return {false, false, false};
  }
  return {true, watch.complete(), watch.has_excess()};
}

Verdict verdict(std::string_view text) {
  return verdict(text, text.size());
}

constexpr std::string_view kInOrder[] = {
    "0\r\n\r\n",
    "2\r\n{}\r\n0\r\n\r\n",
    "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n",
    "00a \t\r\n0123456789\r\nA\r\n0123456789\r\n000\r\nx-t: 1\r\nempty:\r\n\r\n",
    "1\r\n\n\r\n1\r\n\r\r\n0\r\n\r\n",
};

constexpr std::string_view kBroken[] = {
    "\r\n",
    " 2\r\n{}\r\n0\r\n\r\n",
    "-2\r\n{}\r\n0\r\n\r\n",
    "0x2\r\n{}\r\n0\r\n\r\n",
    "2\n{}\r\n0\r\n\r\n",
    "2\r{}\r\n0\r\n\r\n",
    "2 2\r\n{}\r\n0\r\n\r\n",
    "2;a\n{}\r\n0\r\n\r\n",
    "2\r\n{}\n0\r\n\r\n",
    "2\r\n{}0\r\n\r\n",
    "2\r\n{}x\r\n0\r\n\r\n",
    "0\r\n\n",
    "0\r\n: x\r\n\r\n",
    "0\r\nno field\r\n\r\n",
    "0\r\nx-t: 1\n\r\n",
    "0\r\nx-t: 1\r\n folded\r\n\r\n",
    "0\r\nx-t : 1\r\n\r\n",
    "0\r\nx-t: a\x01\r\n\r\n",
    "1000000000000000\r\n",
};

}  // namespace

TEST_CASE("X11: a chunked body in order, at every cut and truncation") {
  for (const std::string_view text : kInOrder) {
    CAPTURE(text);
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      CAPTURE(cut);
      CHECK(verdict(text, cut) == Verdict{true, true, false});
      CHECK(verdict(text.substr(0, cut)) == Verdict{true, cut == text.size(), false});
      CHECK(verdict(std::string(text) + "H", cut) == Verdict{true, true, true});
    }
  }
}

TEST_CASE("X11: a chunked body out of order, at every cut") {
  for (const std::string_view text : kBroken) {
    CAPTURE(text);
    for (size_t cut = 0; cut <= text.size(); ++cut) CHECK_FALSE(verdict(text, cut).ok);
  }
}

TEST_CASE("X11: lines of a chunked body are bounded") {
  const std::string megabyte(1 << 20, 'x');
  CHECK_FALSE(verdict("2;" + megabyte).ok);
  CHECK_FALSE(verdict("2" + std::string(1 << 20, ' ')).ok);
  CHECK_FALSE(verdict("0\r\nx: " + megabyte).ok);
  std::string fields;
  while (fields.size() < megabyte.size()) fields += "x-t: 1\r\n";
  CHECK_FALSE(verdict("0\r\n" + fields).ok);
}

}  // namespace proxx::test
