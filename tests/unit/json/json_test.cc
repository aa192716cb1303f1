#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "base/utf8.h"
#include "json/find_member.h"
#include "json/reader.h"
#include "json/text.h"
#include "json/writer.h"

using namespace proxx;
using json::Document;
using json::Raw;
using json::Reader;

namespace {

std::string error_of(std::string_view text) {
  Document document;
  const Status status = document.parse(text);
  return status ? "" : status.error().message;
}

}  // namespace

TEST_CASE("A2 A3 A4 A8 A14: what is no JSON is refused with its byte offset, never with its text") {
  struct Case {
    const char* name;
    std::string text;
    const char* message;
  };
  const Case cases[] = {
      {"A1 empty", "", "empty body; expected a JSON object"},
      {"A1 blank", " \n", "empty body; expected a JSON object"},
      {"A2 cut object", R"({"a":1)", "invalid JSON at byte 6: unexpected end"},
      {"A2 cut key", R"({"a)", "invalid JSON at byte 3: unexpected end in a string"},
      {"A2 cut escape", "\"\\", "invalid JSON at byte 1: invalid escape in a string"},
      {"A2 cut hex", "\"\\u12", "invalid JSON at byte 1: invalid \\u escape in a string"},
      {"A2 second line", "{\n x}",
       "invalid JSON at byte 3, line 2, column 2: expected a key in quotes"},
      {"A2 after a line end", "[1,\n\n",
       "invalid JSON at byte 5, line 3, column 1: unexpected end"},
      {"A2 trailing", "{} x", "invalid JSON at byte 3: unexpected text behind the value"},
      {"A2 behind a byte order mark", "\xEF\xBB\xBF{} x",
       "invalid JSON at byte 6: unexpected text behind the value"},
      {"A2 second line behind a byte order mark", "\xEF\xBB\xBF{\n x}",
       "invalid JSON at byte 6, line 2, column 2: expected a key in quotes"},
      {"A3 FF", "\"a\xFF\"", "invalid JSON at byte 2: invalid UTF-8"},
      {"A3 overlong", "\"\xC0\xAF\"", "invalid JSON at byte 1: invalid UTF-8"},
      {"A3 surrogate bytes", "\"\xED\xA0\x80\"", "invalid JSON at byte 1: invalid UTF-8"},
      {"A4 lone high", R"(["\ud800"])", "invalid JSON at byte 2: lone surrogate in a string"},
      {"A4 lone low", R"(["\udc00"])", "invalid JSON at byte 2: lone surrogate in a string"},
      {"A4 high, no low", R"(["\ud800\u0041"])",
       "invalid JSON at byte 2: lone surrogate in a string"},
      {"A8 raw newline", "\"a\nb\"",
       "invalid JSON at byte 2: control character in a string; it must be escaped"},
      {"A8 raw NUL", std::string("\"a\0b\"", 5),
       "invalid JSON at byte 2: control character in a string; it must be escaped"},
      {"A14 NaN", "NaN", "invalid JSON at byte 0: expected a value"},
      {"A14 Infinity", "[Infinity]", "invalid JSON at byte 1: expected a value"},
      {"A14 -Infinity", "[-Infinity]", "invalid JSON at byte 2: expected a digit"},
      {"A14 comment", "[1/**/]", "invalid JSON at byte 2: expected , or ]"},
      {"leading zero", "01", "invalid JSON at byte 1: a number cannot begin with 0"},
      {"bare minus", "-", "invalid JSON at byte 1: unexpected end"},
      {"no fraction", "1.", "invalid JSON at byte 2: unexpected end"},
      {"no exponent", "1e+", "invalid JSON at byte 3: unexpected end"},
      {"trailing comma", "[1,]", "invalid JSON at byte 3: expected a value"},
      {"no colon", R"({"a" 1})", "invalid JSON at byte 5: expected : behind the key"},
      {"key without quotes", "{a:1}", "invalid JSON at byte 1: expected a key in quotes"},
      {"wrong close", "[1}", "invalid JSON at byte 2: expected , or ]"},
      {"literal", "trux", "invalid JSON at byte 0: expected a value"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(error_of(c.text) == c.message);
  }
}

TEST_CASE("A9: nesting has a limit, however deep it goes") {
  for (const size_t depth : {129u, 100'000u, 1'000'000u}) {
    CHECK(error_of(std::string(depth, '[')) == "invalid JSON at byte 128: nesting too deep");
  }
  CHECK(error_of(std::string(128, '[') + std::string(128, ']')).empty());
}

TEST_CASE("a fault has a kind, which the next parse replaces") {
  Document document;
  const auto fault = [&](const std::string& text, const json::ParseOptions& options = {}) {
    (void)document.parse(text, options);
    return document.fault();
  };
  CHECK(fault("{") == json::Fault::syntax);
  CHECK(fault(" ") == json::Fault::syntax);
  CHECK(fault(R"(["nesting too deep)") == json::Fault::syntax);
  CHECK(fault(std::string(129, '[')) == json::Fault::depth);
  CHECK(fault("[1,2,3]", {.max_values = 3}) == json::Fault::size);
  CHECK(fault("[1,2,3]", {.max_values = 4}) == json::Fault::none);
  CHECK(fault(R"({"a":1})", {.max_values = 2}) == json::Fault::size);
}

TEST_CASE("X3: a text of more values than may be is refused where they end") {
  Document document;
  const Status status = document.parse("[1,2,3]", {.max_values = 3});
  REQUIRE_FALSE(status);
  CHECK(status.error().message == "invalid JSON at byte 5: too many values");
  CHECK_FALSE(document.parse("[[],[]]", {.max_values = 2}));
  CHECK(document.parse("[[],[]]", {.max_values = 3}));
}

TEST_CASE("A5 A6 A7: surrogate pairs, a byte order mark and an escaped NUL are taken") {
  Document document;
  REQUIRE(document.parse("\xEF\xBB\xBF[\"\\ud83d\\ude00\",\"\\u0000\",\"\\u00e9\\n\\\"\\/\"]"));
  CHECK(document.root().at(0).string().value() == "\xF0\x9F\x98\x80");
  CHECK(document.root().at(0).raw() == "\"\\ud83d\\ude00\"");
  CHECK(document.root().at(1).string().value() == std::string(1, '\0'));
  CHECK(document.root().at(2).string().value() == "\xC3\xA9\n\"/");
}

TEST_CASE("lone surrogates are taken from the upstream, and read as U+FFFD") {
  Document document;
  json::ParseOptions options;
  options.allow_lone_surrogates = true;
  REQUIRE(document.parse(R"(["\ud800x"])", options));
  CHECK(document.root().at(0).string().value() == "\xEF\xBF\xBDx");
}

TEST_CASE("A4: lone surrogates of a client become U+FFFD in the text, in place") {
  const json::ParseOptions options{.replace_lone_surrogates = true};
  constexpr std::string_view kText =
      R"( {"\udc00":"a","b":["\ud83d\ude00","\ud83d x \udc00\ud83d\u00e9","\\ud83d"]})";
  constexpr std::string_view kWhole =
      R"({"\ufffd":"a","b":["\ud83d\ude00","\ufffd x \ufffd\ufffd\u00e9","\\ud83d"]})";
  for (const bool marked : {false, true}) {
    const std::string text = (marked ? "\xEF\xBB\xBF" : "") + std::string(kText);
    for (const bool view : {false, true}) {
      Document document;
      const Status parsed =
          view ? document.parse_view(text, options) : document.parse(text, options);
      REQUIRE(parsed);
      const Reader root = document.root();
      CHECK(root.raw() == kWhole);
      REQUIRE(root.repaired() == 2);
      CHECK(root.repaired(0).first == root.get("\xEF\xBF\xBD"));
      CHECK(root.repaired(1).first == root.get("b").at(1));
      CHECK(root.repaired(0).second == 3);
      CHECK(root.repaired(1).second == kText.find(R"(\ud83d x)"));
      CHECK(text.find(R"(\ud83d x)") != std::string::npos);
      REQUIRE(document.parse("[]", options));
      CHECK(document.root().repaired() == 0);
    }
  }
  Document document;
  REQUIRE(document.parse_escaped(Raw(R"({\"a\":\"\\ud83d\"})"), options));
  CHECK(document.root().raw() == R"({"a":"\ufffd"})");
  CHECK_FALSE(document.parse(R"(["\ud83d",)", options));
  CHECK_FALSE(document.parse(R"(["\ud83g"])", options));
}

TEST_CASE("A4 A9: a member is found in text that no document takes") {
  struct Case {
    std::string text;
    const char* found;
  };
  const std::string deep(200, '[');
  const Case cases[] = {
      {R"({"id":7})", "7"},
      {R"( { "id" : "a,\"}]" , "x":1})", R"("a,\"}]")"},
      {R"({"body":)" + deep + R"(,"id":"x"})", ""},
      {R"({"body":)" + deep + std::string(200, ']') + R"(,"id":{"a":[1, 2]}})", R"({"a":[1, 2]})"},
      {R"({"id":1,"body":)" + deep, "1"},
      {R"({"body":{"id":2,"a":["id",{"id":3}]},"id":4})", "4"},
      {R"({"body":{"id":2}})", ""},
      {R"({"id":1,"id":2})", "2"},
      {"{\"body\":{\"a\":\"\xFF\"},\"id\":5}", "5"},
      {R"({"body":{"a":tru},"id":5)", ""},
      {R"({"a":"id","b":"id":1})", ""},
      {R"({"idx":1})", ""},
      {R"(["id",1])", ""},
      {R"("id")", ""},
      {"}}]]", ""},
      {R"({"id":)", ""},
      {R"({"id)", ""},
      {R"({"id\)", ""},
      {"", ""},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(json::find_member(each.text, "id") == each.found);
  }
}

TEST_CASE("a reader walks, compares and names its place") {
  Document document;
  REQUIRE(
      document.parse(R"( {"a":[1,{"b c":null,"\u0064":true}],"n":1.5,"s":"x","a2":{},"e":[]} )"));
  const Reader root = document.root();
  CHECK(root.path().empty());
  CHECK(root.get("a").at(1).get("d").path() == "a[1].d");
  CHECK(root.get("a").at(1).get("b c").path() == "a[1].b c");
  CHECK(root.get("a").at(1).path_of("q") == "a[1].q");
  Document unnamed;
  REQUIRE(unnamed.parse(R"({"":{"":1}})"));
  CHECK(unnamed.root().get("").path() == R"("")");
  CHECK(unnamed.root().get("").get("").path() == "\"\".\"\"");
  CHECK(root.path_of("q") == "q");
  CHECK(root.get("a").at(1).get("d").boolean_or(false));
  CHECK_FALSE(root.get("a").at(1).optional("b c"));
  CHECK(root.get("a").at(1).get("b c"));
  CHECK_FALSE(root.get("missing"));
  CHECK(root.get("missing").is_null());
  CHECK(root.get("a").size() == 2);
  CHECK(root.size() == 5);
  CHECK(root.get("a2").size() == 0);
  CHECK(root.get("e").size() == 0);
  CHECK(root.get("a").raw() == R"([1,{"b c":null,"\u0064":true}])");
  CHECK(root.get("s").equals("x"));
  CHECK_FALSE(root.get("n").equals("1.5"));
  std::string keys;
  for (const json::Member& member : root.members()) keys += member.key() + ' ';
  CHECK(keys == "a n s a2 e ");
}

TEST_CASE("A11: of duplicate keys the last counts") {
  Document document;
  REQUIRE(document.parse(R"({"model":"a","mod\u0065l":"b"})"));
  CHECK(document.root().get("model").string().value() == "b");
}

TEST_CASE("expectations name the path and the type that was met") {
  Document document;
  REQUIRE(document.parse(R"({"m":[{"t":1.5,"u":18446744073709551616,"v":1e400,"w":"5"}]})"));
  const Reader item = document.root().get("m").at(0);
  const auto wrong = item.get("t").string();
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().param == "m[0].t");
  CHECK(wrong.error().message == "expected a string, got a number");
  CHECK(item.get("t").integer().error().message == "expected an integer");
  CHECK(item.get("u").integer().error().message == "expected an integer");
  CHECK(item.get("v").number().error().message == "number out of range");
  CHECK(item.get("w").integer().error().message == "expected a number, got a string");
  CHECK(item.get("t").number().value() == 1.5);
}

TEST_CASE("a path shows the beginning of a long key, in whole characters") {
  std::string key = "x";
  for (int i = 0; i < 1000; ++i) key += "\xC3\xA9";
  json::Document document;
  REQUIRE(document.parse("{\"a\":{\"" + key + "\":1}}"));
  const std::string path = document.root().get("a").get(key).path();
  CHECK(path.size() < 80);
  CHECK(path.substr(0, 4) == "a.x\xC3");
  CHECK(path.substr(path.size() - 3) == "...");
  CHECK(utf8::find_invalid(path) == std::string_view::npos);
}

TEST_CASE("A13: numbers keep their text") {
  Document document;
  REQUIRE(document.parse("[1234567890123456789012345678901234567890, 1.10, -0, 1E400]"));
  CHECK(document.root().at(0).raw() == "1234567890123456789012345678901234567890");
  CHECK(document.root().at(1).raw() == "1.10");
  CHECK(document.root().at(2).raw() == "-0");
  CHECK(document.root().at(3).raw() == "1E400");
}

TEST_CASE("a writer puts commas and escapes where they belong") {
  std::string out = "data: ";
  json::Writer writer(out);
  writer.begin_object().key("a").begin_array().integer(-1).null().begin_object().end_object();
  writer.end_array().key("s").string("\"\\\n\x01\xC3\xA9\xFF").key("r").raw_string(Raw("\\u0041"));
  writer.key("t").boolean(true).key("n").number(1.5).key("i").number(1e300 * 1e300).end_object();
  CHECK(out ==
        "data: {\"a\":[-1,null,{}],\"s\":\"\\\"\\\\\\n\\u0001\xC3\xA9\xEF\xBF\xBD\",\"r\":"
        "\"\\u0041\",\"t\":true,\"n\":1.5,\"i\":null}");
}

TEST_CASE("a view and an escaped text read as a copy does") {
  const std::string text = R"( {"a":"x\ty","b":[1,"z"]} )";
  Document copy;
  REQUIRE(copy.parse(text));
  Document view;
  REQUIRE(view.parse_view(text));
  CHECK(view.root().raw() == copy.root().raw());
  CHECK(view.root().raw().data() == text.data() + 1);
  Document inside;
  REQUIRE(inside.parse_escaped(json::escaped(text)));
  CHECK(inside.root().raw() == copy.root().raw());
  CHECK_FALSE(inside.parse_escaped(Raw(R"({\"a\":)")));

  std::string buffer;
  CHECK(view.root().get("b").at(1).text(buffer) == "z");
  CHECK(buffer.empty());
  CHECK(view.root().get("a").text(buffer) == "x\ty");
  CHECK(buffer == "x\ty");
}

// The run ends at the same byte whatever the width in which the machine looks for it.
TEST_CASE("the run of plain bytes ends at the first that is special") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool special = byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
    for (size_t length = 0; length < 50; ++length) {
      std::string text(length, 'x');
      CHECK(json::skip_plain(text.data(), text.data() + length) == text.data() + length);
      for (size_t at = 0; at < length; ++at) {
        text.assign(length, ' ');
        text[at] = static_cast<char>(byte);
        const auto found = json::skip_plain(text.data(), text.data() + length) - text.data();
        REQUIRE(static_cast<size_t>(found) == (special ? at : length));
      }
    }
  }
}

TEST_CASE("escaping and unescaping are inverse") {
  std::mt19937 random(20260101);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (size_t length = random() % 40; text.size() < length;) {
      const char* pieces[] = {"a", "\"",      "\\",  "\n", "\x01", "\xC3\xA9", "\xF0\x9F\x98\x80",
                              "/", "\\u0041", "\x7F"};
      text += pieces[random() % std::size(pieces)];
    }
    const json::RawString escaped = json::escaped(text);
    CHECK(json::is_valid('"' + escaped.bytes() + '"'));
    CHECK(json::unescape(escaped) == text);
  }
}

// The invariant: whatever the bytes are, this parser and nlohmann's agree on whether they are JSON
// (numbers beyond a double apart, which nlohmann refuses: no seed is two edits away from one).
TEST_CASE("mutated texts are judged as another parser judges them") {
  const std::string seeds[] = {
      R"({"model":"m","messages":[{"role":"user","content":"h\u00e9\ud83d\ude00"}],"n":null})",
      R"([-0,1.5e-7 , 123,true,false,null,"",{},[],[[]],{"a":{"b":[1,2]}}])",
      "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 plain text that is longer than a word\"",
  };
  const std::string alphabet = "{}[]\",:\\u019aeE+-. \n\ttfn\xC3\xA9\xF0\x80\xFF";
  std::mt19937 random(20260102);
  int valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (unsigned edits = random() % 3; edits-- > 0;) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = alphabet[random() % alphabet.size()];
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, alphabet[random() % alphabet.size()]);
      }
    }
    const bool expected = nlohmann::json::accept(text);
    valid += expected ? 1 : 0;
    CAPTURE(text);
    REQUIRE(json::is_valid(text) == expected);
  }
  CHECK(valid > 2'000);
}
