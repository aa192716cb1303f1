#include "anthropic/delta_scan.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "anthropic/sse.h"
#include "json/reader.h"
#include "openai/content/citations.h"

using namespace proxx;
using namespace proxx::anthropic;

namespace {

/// A delta as text, to compare.
std::string show(const ContentBlockDelta& event) {
  struct Show {
    std::string operator()(const TextDelta& d) const {
      return "text " + std::string(d.text.bytes());
    }
    std::string operator()(const InputJsonDelta& d) const {
      return "json " + std::string(d.partial_json.bytes());
    }
    std::string operator()(const ThinkingDelta& d) const {
      return "thinking " + std::string(d.thinking.bytes());
    }
    std::string operator()(const SignatureDelta&) const { return "signature"; }
    std::string operator()(const CitationsDelta&) const { return "citations"; }
    std::string operator()(const UnknownDelta&) const { return "unknown"; }
  };
  return std::to_string(event.index) + ' ' + std::visit(Show(), event.delta);
}

/// The fast way: "" for what it leaves to the plain one.
std::string scanned(const std::string& data) {
  ContentBlockDelta delta;
  return scan_delta(data, delta) ? show(delta) : "";
}

/// The plain way: "" for what it refuses or takes for something else.
std::string decoded(const std::string& data) {
  json::Document document;
  if (!document.parse(data, {.max_depth = 128, .allow_lone_surrogates = true})) return "";
  const auto event = decode_event(document.root());
  if (!event) return "";
  const auto* delta = std::get_if<ContentBlockDelta>(&*event);
  return delta == nullptr ? "" : show(*delta);
}

const std::vector<std::string> kCanonical = {
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}})",
    R"({"type":"content_block_delta","index":12,"delta":{"type":"text_delta","text":""}    })",
    R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta",)"
    R"("partial_json":"{\"a\": \"\\u00"}  })",
    R"({"type":"content_block_delta","index":65535,"delta":{"type":"thinking_delta",)"
    "\"thinking\":\"h\xC3\xA9 \\n\\ud83d \xF0\x9F\x98\x80\"}}",
};

}  // namespace

TEST_CASE("the API's own text of a delta takes the fast way") {
  for (const std::string& data : kCanonical) {
    CAPTURE(data);
    CHECK(scanned(data) == decoded(data));
    CHECK(scanned(data) != "");
  }
}

TEST_CASE("plain text is known as such") {
  struct Case {
    const char* raw;
    bool is_plain;
  };
  for (const auto& row : {
           Case{"", true},
           Case{"Hello, world. Eight and more.", true},
           Case{"tab\\tin the middle of it", false},
           Case{"h\xC3\xA9 and more of ASCII", false},
       }) {
    CAPTURE(row.raw);
    const std::string data =
        R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
        std::string(row.raw) + "\"}}";
    ContentBlockDelta event;
    REQUIRE(scan_delta(data, event));
    const auto& delta = std::get<TextDelta>(event.delta);
    CHECK(delta.is_plain == row.is_plain);
    if (delta.is_plain)
      CHECK(openai::count_code_points(json::Raw(row.raw)) ==
            static_cast<int64_t>(delta.text.size()));
  }
}

TEST_CASE("anything else is left to the plain way") {
  const std::string others[] = {
      "",
      R"({"type":"ping"})",
      R"({"type": "content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}})",
      R"({"type":"content_block_delta","index":65536,"delta":{"type":"text_delta","text":"a"}})",
      R"({"type":"content_block_delta","index":01,"delta":{"type":"text_delta","text":"a"}})",
      R"({"type":"content_block_delta","index":-1,"delta":{"type":"text_delta","text":"a"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a","x":1}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\x"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\u12g4"}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a}})",
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"
      "\"\x01\"}}",
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"
      "\"\xFF\"}}",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}x)",
  };
  for (const std::string& data : others) {
    CAPTURE(data);
    CHECK(scanned(data) == "");
  }
}

namespace {

constexpr char kAlphabet[] = "{}[]\",:\\u019 atedxl\n\r\x01\xC3\xA9\xF0\x80\xFF";

/// `text` with up to three bytes changed, taken out or put in.
std::string mutated(std::string text, std::mt19937& random) {
  const auto any = [&] { return kAlphabet[random() % (sizeof kAlphabet - 1)]; };
  for (unsigned edits = random() % 4; edits-- > 0;) {
    const size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = any();
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, any());
    }
  }
  return text;
}

}  // namespace

// The invariant: what the fast way takes, it takes exactly as the plain way does.
TEST_CASE("mutated deltas: the fast way never disagrees with the plain way") {
  std::mt19937 random(20260103);
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string data = mutated(kCanonical[random() % kCanonical.size()], random);
    const std::string fast = scanned(data);
    if (fast.empty()) continue;
    ++taken;
    CAPTURE(data);
    REQUIRE(fast == decoded(data));
  }
  CHECK(taken > 10'000);
}

TEST_CASE("a whole event is taken, and what follows it is not") {
  for (const std::string& data : kCanonical) {
    CAPTURE(data);
    const std::string event = "event: content_block_delta\ndata: " + data + "\n\n";
    const std::string twice = event + event;
    ContentBlockDelta delta;
    CHECK(scan_delta_event(twice, delta) == event.size());
    CHECK(show(delta) == decoded(data));
    for (size_t size = 0; size < event.size(); ++size) {
      CHECK(scan_delta_event(std::string_view(event).substr(0, size), delta) == 0);
    }
  }
}

TEST_CASE("mutated events: the fast way never disagrees with the parser of lines") {
  std::mt19937 random(20261126);
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string& data = kCanonical[random() % kCanonical.size()];
    const std::string bytes = mutated(
        "event: content_block_delta\ndata: " + data + "\n\nevent: ping\ndata: {}\n\n", random);
    ContentBlockDelta delta;
    const size_t size = scan_delta_event(bytes, delta);
    if (size == 0) continue;
    ++taken;
    CAPTURE(bytes);
    SseParser parser;
    parser.feed(std::string_view(bytes).substr(0, size));
    const auto first = parser.next();
    REQUIRE(first);
    REQUIRE(show(delta) == decoded(std::string(*first)));
    REQUIRE_FALSE(parser.next());
    REQUIRE_FALSE(parser.finish());
  }
  CHECK(taken > 10'000);
}
