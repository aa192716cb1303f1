#include "anthropic/sse.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <string>
#include <vector>

namespace proxx {
namespace {

using Events = std::vector<std::string>;

void drain(SseParser& parser, Events& events) {
  while (const auto data = parser.next()) events.emplace_back(*data);
}

Events parse(const std::vector<std::string_view>& pieces, bool finish = false) {
  SseParser parser;
  Events events;
  for (const std::string_view piece : pieces) {
    const std::string gone(piece);  // its end is the end of the piece for the sanitizer too
    parser.feed(gone);
    drain(parser, events);
  }
  if (finish) {
    if (const auto data = parser.finish()) events.push_back("unended:" + std::string(*data));
  }
  return events;
}

}  // namespace

TEST_CASE("what is left of a piece is shown where an event begins, and can be skipped") {
  SseParser parser;
  parser.feed("data: a\n\ndata: b\n\ndata: c");
  CHECK(parser.unread() == "");  // a byte order mark may stand first
  CHECK(parser.next() == "a");
  CHECK(parser.unread() == "data: b\n\ndata: c");
  parser.skip(9);
  CHECK(parser.unread() == "data: c");
  CHECK_FALSE(parser.next());
  parser.feed("\n\ndata: d\r");
  CHECK(parser.unread() == "");  // within c
  CHECK(parser.next() == "c");
  CHECK(parser.unread() == "data: d\r");
  CHECK_FALSE(parser.next());
  parser.feed("\n\r\ndata: e\n\n");
  CHECK(parser.unread() == "");  // within a line end
  CHECK(parser.next() == "d");
  CHECK(parser.unread() == "");
  CHECK(parser.next() == "e");
  CHECK(parser.unread() == "");

  const std::string large(kMaxEventBytes + 9, 'x');
  parser.feed(large);
  CHECK(parser.unread().size() == kMaxEventBytes);
  CHECK_FALSE(parser.next());
  CHECK(parser.too_large());
  CHECK(parser.unread() == "");
}

TEST_CASE("SSE framing") {
  const struct {
    const char* name;
    std::string_view stream;
    Events events;
  } cases[] = {
      {"one", "data: a\n\n", {"a"}},
      {"no space", "data:a\n\n", {"a"}},
      {"only one space is taken", "data:  a\n\n", {" a"}},
      {"several lines", "data: a\ndata\ndata:b\n\n", {"a\n\nb"}},
      {"other fields", "event: x\nid: 1\nretry: 5\ndata: a\nfoo\n\n", {"a"}},
      {"fields that only begin alike", "dataset: x\n\ndata2\n\n", {}},
      {"comments", ": x\n\n:\ndata: a\n: y\n\n", {"a"}},
      {"no data, no event", "event: x\n\n\n\ndata: a\n\n", {"a"}},
      {"empty data is data", "data:\n\n", {""}},
      {"CR", "data: a\r\rdata: b\r\r", {"a", "b"}},
      {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {"a", "b"}},
      {"mixed", "data: a\r\n\ndata: b\n\rdata: c\r\r\ndata: d\r\n\r", {"a", "b", "c", "d"}},
      {"BOM",
       "\xEF\xBB\xBF"
       "data: a\n\n",
       {"a"}},
      {"a second BOM is none",
       "data: a\n\n\xEF\xBB\xBF"
       "data: b\n\n",
       {"a"}},
      {"U+2028 and NEL end no line",
       "data: a\xE2\x80\xA8"
       "b\xC2\x85"
       "c\n\n",
       {"a\xE2\x80\xA8"
        "b\xC2\x85"
        "c"}},
      {"not ended", "data: a\n\ndata: b\n", {"a"}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    CHECK(parse({row.stream}) == row.events);
    std::vector<std::string_view> bytes;
    for (size_t i = 0; i < row.stream.size(); ++i) bytes.push_back(row.stream.substr(i, 1));
    CHECK(parse(bytes) == row.events);
    for (size_t a = 0; a <= row.stream.size(); ++a) {
      for (size_t b = a; b <= row.stream.size(); ++b) {
        const Events events =
            parse({row.stream.substr(0, a), row.stream.substr(a, b - a), row.stream.substr(b)});
        if (events != row.events) FAIL_CHECK(row.name, " cut at ", a, " and ", b);
      }
    }
  }
}

TEST_CASE("U25: a last event without its blank line or line end is given at the end") {
  CHECK(parse({"data: a\n\ndata: b\n"}, true) == Events{"a", "unended:b"});
  CHECK(parse({"data: a\n\nda", "ta: b"}, true) == Events{"a", "unended:b"});
  CHECK(parse({"data: a\n\ndata: b\ndata: c"}, true) == Events{"a", "unended:b\nc"});
  CHECK(parse({"data: a\n\n"}, true) == Events{"a"});
  CHECK(parse({"data: a\n\nevent: x"}, true) == Events{"a"});
  CHECK(parse({""}, true).empty());
}

TEST_CASE("an event whole in its piece is not copied") {
  const std::string piece = ": x\ndata: abc\n\ndata: def\n\n";
  SseParser parser;
  parser.feed(piece);
  for (const char* text : {"abc", "def"}) {
    const auto data = parser.next();
    REQUIRE(data);
    CHECK(*data == text);
    CHECK(data->data() >= piece.data());
    CHECK(data->data() < piece.data() + piece.size());
  }
}

TEST_CASE("U46: an event over the limit stops the parser") {
  const std::string chunk(1 << 20, 'x');
  for (const char* begin : {"data: ", ": "}) {
    SseParser parser;
    Events events;
    parser.feed(begin);
    drain(parser, events);
    int pieces = 0;
    for (; pieces < 50 && !parser.too_large(); ++pieces) {
      parser.feed(chunk);
      drain(parser, events);
    }
    CHECK(parser.too_large());
    CHECK(pieces == 16);
    CHECK_FALSE(parser.finish());
    CHECK(events.empty());
  }
  SUBCASE("in many lines") {
    SseParser parser;
    Events events;
    const std::string line = "data: " + chunk + "\n";
    int pieces = 0;
    for (; pieces < 50 && !parser.too_large(); ++pieces) {
      parser.feed(line);
      drain(parser, events);
    }
    CHECK(parser.too_large());
    CHECK(pieces == 16);
  }
  SUBCASE("in one piece") {
    const std::string piece = "data: " + std::string(kMaxEventBytes + 1, 'x') + "\n\n";
    SseParser parser;
    parser.feed(piece);
    CHECK_FALSE(parser.next());
    CHECK(parser.too_large());
  }
  SUBCASE("at the limit it is none") {
    const std::string piece = "data: " + std::string(kMaxEventBytes, 'x') + "\n\n";
    SseParser parser;
    parser.feed(piece);
    const auto data = parser.next();
    REQUIRE(data);
    CHECK(data->size() == kMaxEventBytes);
    CHECK_FALSE(parser.too_large());
  }
}

TEST_CASE("U47: a large piece of CR-only lines takes linear time") {
  std::string piece;
  for (int i = 0; i < 300000; ++i) piece += "data: x\r\r";
  SseParser parser;
  parser.feed(piece);
  size_t count = 0;
  while (parser.next()) ++count;
  CHECK(count == 300000);
}

TEST_CASE("what a large event needed is given back: an open stream stays small") {
  // Blocks of this size come from mmap, which the sanitizers' allocators do not count.
  const size_t before = mallinfo2().hblkhd;
  constexpr size_t kLarge = size_t{1} << 20;
  const std::string most = "data: " + std::string(kLarge - 1, 'x');
  SseParser parser;
  parser.feed(most);
  CHECK_FALSE(parser.next());
  parser.feed("y\n\ndata: z\n\n");
  CHECK(parser.next().value_or("").size() == kLarge);
  CHECK(parser.next().value_or("") == "z");
  CHECK_FALSE(parser.next());
  CHECK(mallinfo2().hblkhd <= before + most.capacity() + (size_t{64} << 10));
}

}  // namespace proxx
