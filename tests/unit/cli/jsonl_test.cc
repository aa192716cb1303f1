#include "cli/io/jsonl.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using proxx::cli::LineCutter;

namespace {

/// Number, text, and a mark for a line that was too long or ended with the input.
std::vector<std::string> lines_of(const std::vector<std::string>& pieces, size_t max = 100) {
  LineCutter cutter(max);
  std::vector<std::string> out;
  const auto keep = [&out](const LineCutter::Line& line) {
    std::string shown = std::to_string(line.number) + ":" + std::string(line.text);
    if (line.too_long) shown += "<too long>";
    if (!line.has_newline) shown += "<end>";
    out.push_back(shown);
  };
  for (const std::string& piece : pieces) {
    cutter.feed(piece);
    while (const auto line = cutter.next()) keep(*line);
  }
  if (const auto line = cutter.rest()) keep(*line);
  CHECK_FALSE(cutter.rest());
  return out;
}

}  // namespace

TEST_CASE("lines are the same wherever the input is cut") {
  const std::string input = "one\n\nthree\r\nvery very long\nfive\nsix";
  const std::vector<std::string> want = {"1:one",        "2:",     "3:three\r",
                                         "4:<too long>", "5:five", "6:six<end>"};
  CHECK(lines_of({input}, 8) == want);
  for (size_t cut = 0; cut <= input.size(); ++cut) {
    CHECK(lines_of({input.substr(0, cut), input.substr(cut)}, 8) == want);
  }
  std::vector<std::string> bytes;
  for (const char c : input) bytes.emplace_back(1, c);
  CHECK(lines_of(bytes, 8) == want);
}

TEST_CASE("an input that ends in a newline has no line behind it") {
  CHECK(lines_of({}).empty());
  CHECK(lines_of({"a\n"}) == std::vector<std::string>{"1:a"});
}

TEST_CASE("a line of exactly the limit is taken") {
  CHECK(lines_of({"12345678\n123456789\n"}, 8) ==
        std::vector<std::string>{"1:12345678", "2:<too long>"});
  CHECK(lines_of({"123456789"}, 8) == std::vector<std::string>{"1:<too long><end>"});
}
