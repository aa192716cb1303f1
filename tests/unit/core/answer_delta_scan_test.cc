#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "core/answer_text.h"
#include "core/delta_scan.h"
#include "core/json_reader.h"

using namespace proxx;
using namespace proxx::anthropic;

namespace {

/// A delta as text, to compare.
std::string show(const ContentBlockDelta& event) {
  struct Show {
    std::string operator()(const TextDelta& d) const { return "text " + std::string(d.text); }
    std::string operator()(const InputJsonDelta& d) const {
      return "json " + std::string(d.partial_json);
    }
    std::string operator()(const ThinkingDelta& d) const {
      return "thinking " + std::string(d.thinking);
    }
    std::string operator()(const SignatureDelta&) const { return "signature"; }
    std::string operator()(const CitationsDelta&) const { return "citations"; }
    std::string operator()(const UnknownDelta&) const { return "unknown"; }
  };
  return std::to_string(event.index) + ' ' + std::visit(Show(), event.delta);
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
    const auto scanned = scan_delta(data);
    REQUIRE(scanned);
    CHECK(show(*scanned) == decoded(data));
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
    const auto scanned =
        scan_delta(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta",)" +
                   (R"("text":")" + std::string(row.raw) + "\"}}"));
    REQUIRE(scanned);
    const auto& delta = std::get<TextDelta>(scanned->delta);
    CHECK(delta.is_plain == row.is_plain);
    if (delta.is_plain)
      CHECK(count_code_points(row.raw) == static_cast<int64_t>(delta.text.size()));
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
    CHECK_FALSE(scan_delta(data));
  }
}

// The invariant: what the fast way takes, it takes exactly as the plain way does.
TEST_CASE("mutated deltas: the fast way never disagrees with the plain way") {
  const std::string alphabet = "{}[]\",:\\u019 atedxl\n\x01\xC3\xA9\xF0\x80\xFF";
  std::mt19937 random(20260103);
  int taken = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string data = kCanonical[random() % kCanonical.size()];
    for (unsigned edits = random() % 4; edits-- > 0;) {
      const size_t at = random() % data.size();
      switch (random() % 3) {
        case 0:
          data[at] = alphabet[random() % alphabet.size()];
          break;
        case 1:
          data.erase(at, 1);
          break;
        default:
          data.insert(at, 1, alphabet[random() % alphabet.size()]);
      }
    }
    const auto scanned = scan_delta(data);
    if (!scanned) continue;
    ++taken;
    CAPTURE(data);
    REQUIRE(show(*scanned) == decoded(data));
  }
  CHECK(taken > 10'000);
}
