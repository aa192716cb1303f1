#include <doctest/doctest.h>

#include <vector>

#include "cli/batch/text.h"

using namespace proxx::cli;

TEST_CASE("an answer becomes one line, as jq's @tsv escapes it") {
  CHECK(text_line("Oslo") == "Oslo\n");
  CHECK(text_line("one\ntwo\n\n") == "one\\ntwo\n");
  CHECK(text_line("a\tb\r\n\\n") == "a\\tb\\r\\n\\\\n\n");
  CHECK(text_line("") == "\n");
  CHECK(text_line("\n\n") == "\n");
}

TEST_CASE("lines come out in order, whatever order they come in") {
  std::string out;
  InOrder in_order([&out](const std::string& line) { out += line; });
  in_order.put(2, "b");
  in_order.put(4, "d");
  CHECK(out.empty());
  in_order.put(1, "a");
  CHECK(out == "ab");
  CHECK(in_order.next() == 3);
  in_order.put(3, "c");
  CHECK(out == "abcd");
}

TEST_CASE("at the end a line that never came is empty, so that the others keep their place") {
  std::string out;
  InOrder in_order([&out](const std::string& line) { out += line; });
  in_order.put(1, "a\n");
  in_order.put(4, "d\n");
  std::vector<uint64_t> missing;
  in_order.finish([&missing](uint64_t number) { missing.push_back(number); });
  CHECK(out == "a\n\n\nd\n");
  CHECK(missing == std::vector<uint64_t>{2, 3});
  CHECK(in_order.next() == 5);
}

TEST_CASE("a line that takes long lets so much wait, and no more") {
  InOrder lines([](const std::string&) {});
  for (uint64_t number = 2; !lines.is_full(); ++number) {
    REQUIRE(number < 100'000);
    lines.put(number, "x");
  }
  lines.put(1, "x");
  CHECK_FALSE(lines.is_full());
  InOrder bytes([](const std::string&) {});
  bytes.put(2, std::string(size_t{40} << 20, 'x'));
  CHECK(bytes.is_full());
  bytes.put(1, "x");
  CHECK_FALSE(bytes.is_full());
}
