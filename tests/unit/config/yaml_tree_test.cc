#include "config/yaml_tree.h"

#include <doctest/doctest.h>

using namespace proxx;

namespace {

std::string complaint(const std::string& text) {
  const auto tree = parse_yaml(text);
  if (tree) return {};
  return std::to_string(tree.error().place.line) + ":" + std::to_string(tree.error().place.column) +
         ": " + tree.error().text;
}

}  // namespace

TEST_CASE("a tree knows where everything stands") {
  const auto tree = parse_yaml("a: 1\nb:\n  c: ['x', y]\n  d: ~\n");
  REQUIRE(tree);
  REQUIRE(tree->children.size() == 2);
  const YamlNode& b = tree->children[1];
  CHECK(b.key == "b");
  CHECK(b.key_place.line == 2);
  const YamlNode& c = b.children[0];
  CHECK(c.kind == YamlNode::Kind::sequence);
  CHECK(c.children[0].quoted);
  CHECK(c.children[1].text == "y");
  CHECK(c.children[1].place.line == 3);
  CHECK(c.children[1].place.column == 12);
  CHECK(b.children[1].kind == YamlNode::Kind::null);
}

TEST_CASE("an empty text is null") {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF"}) {
    CAPTURE(text);
    const auto tree = parse_yaml(text);
    REQUIRE(tree);
    CHECK(tree->kind == YamlNode::Kind::null);
  }
}

TEST_CASE("L9: bytes that are no text are refused where they stand") {
  CHECK(complaint("a: 1\nb: \xFF\n") == "2:4: not valid UTF-8");
  CHECK(complaint("a: \xC0\xAF\n") == "1:4: not valid UTF-8");
  CHECK(complaint(std::string("a: 1\0b", 6)) == "1:5: a control character");
  CHECK(complaint("host: x\n\x04port: 1\n") == "2:1: a control character");
}

TEST_CASE("L9: what an escape means is text, too") {
  const auto tree = parse_yaml(R"("\_k\N": "\_\N\xe9\u20ac\U0001F600\_")");
  REQUIRE(tree);
  REQUIRE(tree->children.size() == 1);
  CHECK(tree->children[0].key == "\u00A0k\xC2\x85");
  CHECK(tree->children[0].text == "\u00A0\xC2\x85\u00E9\u20AC\U0001F600\u00A0");
}

TEST_CASE("L10: YAML that means more than it says is refused with its place") {
  CHECK(complaint("a: &x 1\nb: *x\n") == "1:4: anchors (&name) are not supported");
  // yaml-cpp 0.8 adds the name.
  CHECK(complaint("b: *x\n").starts_with("1:4: the referenced anchor is not defined"));
  CHECK(complaint("a: !!str 1\n") == "1:4: tags are not supported");
  CHECK(complaint("a: !!map {}\n") == "1:4: tags are not supported");
  CHECK(complaint("a: 1\nb: 2\na: 3\n") == "3:1: duplicate key 'a' (first in line 1)");
  CHECK(complaint("s:\n  a: 1\n  a: 2\n") == "3:3: duplicate key 'a' (first in line 2)");
  CHECK(complaint("a: 1\n---\nb: 2\n") ==
        "2:1: a second document is not read: one file is one document");
  CHECK(complaint("? [a]\n: b\n") == "1:3: expected a key");
  CHECK(complaint("~: b\n") == "1:1: expected a key");
  CHECK(complaint("a:\n\tb: 1\n") == "2:3: a tab in the indentation: use spaces");
  CHECK(complaint("a: [1, 2\n").substr(0, 2) == "2:");
}

TEST_CASE("L10: hostile sizes end early") {
  std::string bomb = "a: &a [x]\n";
  for (char c = 'b'; c <= 'z'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" +
            static_cast<char>(c - 1) + "]\n";
  }
  CHECK(complaint(bomb) == "1:4: anchors (&name) are not supported");
  const size_t size = 100'000;
  CHECK(complaint("a: " + std::string(size, '[') + std::string(size, ']')) ==
        "1:19: nested too deeply");
  for (const char* opening : {"[", "{", "- ", "? ", "a: {"}) {
    std::string text;
    while (text.size() < size) text += opening;
    CAPTURE(opening);
    CHECK_FALSE(complaint(text).empty());
  }
  std::string wide;
  for (size_t i = 0; i < size; ++i) wide += "1,";
  CHECK(complaint("a: [" + wide + "]").find("too many values") != std::string::npos);
}

TEST_CASE("a text cut anywhere gives a tree or a complaint") {
  const std::string text = "a: 1\nb:\n  c: ['x', \"y\\n\", {z: ~}]\n  d: |\n    text\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    const auto tree = parse_yaml(text.substr(0, size));
    if (!tree) CHECK(tree.error().place.line >= 1);
  }
}
