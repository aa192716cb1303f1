#include "json/clean.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "json/string.h"
#include "json/text.h"

namespace proxx::json {
namespace {

const std::string kHalf = "\xEF\xBF\xBD";

bool is_valid_inside(const std::string& raw) {
  return is_valid('"' + raw + '"');
}

struct Row {
  std::string raw;
  std::string cleaned;
};

const std::vector<Row>& outer_rows() {
  static const std::vector<Row> kRows = {
      {"", ""},
      {"plain", "plain"},
      {R"(a\n\"\\\u00e9)", R"(a\n\"\\\u00e9)"},
      {R"(\ud83d)", kHalf},
      {R"(\uDE00)", kHalf},
      {R"(a\uD83D\uDE00b)", R"(a\uD83D\uDE00b)"},
      {R"(\ude00\ud83d)", kHalf + kHalf},
      {R"(\ud83d\ud83d\ude00)", kHalf + R"(\ud83d\ude00)"},
      {R"(\ud83d\n\ude00)", kHalf + R"(\n)" + kHalf},
      {R"(\ud83d\u0041)", kHalf + R"(\u0041)"},
      {R"(\\ud83d \\\ud83d)", R"(\\ud83d \\)" + kHalf},
      {"\xE2\x80\xA8\xE2\x80\xA9\xC2\x85", R"(\u2028\u2029\u0085)"},
      {"\xE2\x80\xA6\xC2\xAB\xC2\x84\xE2\x80", "\xE2\x80\xA6\xC2\xAB\xC2\x84\xE2\x80"},
      {"x\xE2\x80\xA8"
       R"(\ud83d)",
       R"(x\u2028)" + kHalf},
  };
  return kRows;
}

/// Ends of characters and escapes.
std::vector<size_t> cuts_of(std::string_view raw) {
  std::vector<size_t> cuts;
  for (size_t at = 0; at < raw.size();) {
    cuts.push_back(at);
    if (raw[at] == '\\') {
      at += raw[at + 1] == 'u' ? 6 : 2;
      continue;
    }
    ++at;
    while (at < raw.size() && (static_cast<unsigned char>(raw[at]) & 0xC0) == 0x80) ++at;
  }
  cuts.push_back(raw.size());
  return cuts;
}

/// The cleaner's text of `raw` in pieces that end at the cuts.
template <class Cleaner>
std::string in_pieces(std::string_view raw, const std::vector<size_t>& cuts) {
  Cleaner cleaner;
  std::string out;
  size_t begin = 0;
  for (const size_t end : cuts) {
    std::string buffer;
    const std::string piece(cleaner.add(Raw(raw.substr(begin, end - begin)), buffer).bytes());
    CHECK(is_valid_inside(piece));
    out.append(piece);
    begin = end;
  }
  return out.append(cleaner.end().bytes());
}

template <class Cleaner>
void check_at_all_cuts(const std::string& raw, const std::string& cleaned) {
  const std::vector<size_t> cuts = cuts_of(raw);
  CHECK(in_pieces<Cleaner>(raw, cuts) == cleaned);
  for (const size_t first : cuts) {
    for (const size_t second : cuts) {
      if (second >= first) CHECK(in_pieces<Cleaner>(raw, {first, second, raw.size()}) == cleaned);
    }
  }
}

}  // namespace

TEST_CASE("A4: no half of a pair goes out, and no raw line separator") {
  for (const Row& row : outer_rows()) {
    CAPTURE(row.raw);
    std::string buffer;
    CHECK(cleaned(Raw(row.raw), buffer).bytes() == row.cleaned);
    CHECK(cleaned(Raw(row.raw)).bytes() == row.cleaned);
    CHECK(cleaned_json(row.raw) == row.cleaned);
  }
}

TEST_CASE("A4: a pair that pieces split is joined, wherever they are cut") {
  for (const Row& row : outer_rows()) {
    CAPTURE(row.raw);
    if (row.raw.ends_with('\x80')) continue;  // no whole character
    check_at_all_cuts<PieceCleaner>(row.raw, row.cleaned);
  }
}

TEST_CASE("A4: halves that the text of arguments escapes, wherever it is cut") {
  const Row rows[] = {
      {R"({\"a\":\"plain\\n\"})", R"({\"a\":\"plain\\n\"})"},
      {R"({\"a\":\"\\ud83d\"})", R"({\"a\":\")" + kHalf + R"(\"})"},
      {R"({\"a\":\"\\ud83d\\ude00\\u0041\\ude00\"})",
       R"({\"a\":\"\\ud83d\\ude00\\u0041)" + kHalf + R"(\"})"},
      {R"({\"a\":\"\\ud83d\\ud83d\\uDE00\\n\"})",
       R"({\"a\":\")" + kHalf + R"(\\ud83d\\uDE00\\n\"})"},
      {R"({\"a\":\"\\\\ud83d\\\"\\\\\"})", R"({\"a\":\"\\\\ud83d\\\"\\\\\"})"},
      {R"({\"a\":\"\u005cu\u0064\u00383d x\"})", R"({\"a\":\")" + kHalf + R"( x\"})"},
      {R"({\"a\":\"\\ud83d)", R"({\"a\":\")" + kHalf},
      {R"({\"a\":\"\\ud8)", R"({\"a\":\"\\ud8)"},
      {R"({\"a\":\"\\ud83d\\ude)", R"({\"a\":\")" + kHalf + R"(\\ude)"},
      {R"({\"a\":\"\\)", R"({\"a\":\"\\)"},
      {R"({\"\\udc00\":1,\"b\":\"\u00e9\\u00e9\"})",
       R"({\")" + kHalf + R"(\":1,\"b\":\"\u00e9\\u00e9\"})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.raw);
    check_at_all_cuts<InnerCleaner>(row.raw, row.cleaned);
    const std::string inner = unescape(Raw(row.cleaned));
    if (inner.ends_with('}')) CHECK(is_valid(inner));
  }
}

TEST_CASE("our own text has its line separators escaped") {
  std::string out;
  append_escaped(out,
                 "a\xE2\x80\xA8"
                 "b\xE2\x80\xA9"
                 "c\xC2\x85"
                 "d\xE2\x80\xA6\xC2\xAB");
  CHECK(out == "a\\u2028b\\u2029c\\u0085d\xE2\x80\xA6\xC2\xAB");
}

}  // namespace proxx::json
