#include "anthropic/schema.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace proxx {
namespace {

Result<schema::Sanitised> sanitised(const std::string& text) {
  json::Document document;
  REQUIRE(document.parse(text));
  return schema::sanitise(document.root());
}

Result<schema::InputSchema> input(const std::string& text) {
  json::Document document;
  REQUIRE(document.parse(text));
  schema::FlattenAllowance allowance;
  return schema::input_schema(document.root(), allowance);
}

}  // namespace

TEST_CASE("schema: optional parameters and unions are counted all the way down") {
  const auto out = sanitised(R"({"type":"object","required":["a"],"properties":{
    "a":{"type":["string","null"]},
    "b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"string"},
         "d":{"anyOf":[{"type":"string"},{"type":"null"}]}}}}}})");
  REQUIRE(out);
  CHECK(out->optional_parameters == 3);
  CHECK(out->union_parameters == 2);
  CHECK(schema::fits(21, 14, *out));
  CHECK_FALSE(schema::fits(22, 14, *out));
  CHECK_FALSE(schema::fits(21, 15, *out));
}

TEST_CASE("schema: a chain of definitions is no recursion; a circle is") {
  std::string chain = R"({"type":"object","properties":{},"$defs":{)";
  for (int i = 0; i < 200; ++i) {
    chain += "\"d" + std::to_string(i) + R"(":{"type":"array","items":{"$ref":"#/$defs/d)" +
             std::to_string(i + 1) + "\"}},";
  }
  CHECK(sanitised(chain + R"("d200":{"type":"string"}}})"));
  CHECK_FALSE(sanitised(chain + R"("d200":{"$ref":"#/$defs/d7"}}})"));
}

TEST_CASE("schema: escaped names in a $ref") {
  CHECK(sanitised(R"({"type":"object","properties":{"x":{"$ref":"#/$defs/a~1b~0c"}},
                      "$defs":{"a/b~c":{"type":"string"}}})"));
  CHECK_FALSE(sanitised(R"({"type":"object","properties":{"x":{"$ref":"#/$defs/none"}}})"));
}

TEST_CASE("schema: what cannot be enforced says why and where") {
  struct {
    const char* schema;
    const char* param;
  } const kCases[] = {
      {R"({"type":"object","properties":{"x":true}})", "properties.x"},
      {R"({"type":"object","properties":{"x":{"type":"strin"}}})", "properties.x.type"},
      {R"({"type":"object","properties":{"x":{"type":"object"}}})", "properties.x"},
      {R"({"type":"object","properties":{"x":{"type":[]}}})", "properties.x.type"},
      {R"({"type":"object","properties":[]})", "properties"},
      {R"({"type":"object","properties":{"x":{"anyOf":{}}}})", "properties.x.anyOf"},
      {R"({"type":"object","properties":{"x":{"items":[{"type":"string"}],"type":"array"}}})",
       "properties.x.items"},
      {R"({"type":"object","additionalProperties":true})", "additionalProperties"},
      {R"({"type":"object","properties":{"x":{"enum":[{"a":1}],"title":"t"}}})", ""},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.schema);
    const auto out = sanitised(row.schema);
    if (std::string_view(row.param).empty()) {
      // Only the enumeration of objects moves: the schema stays legal.
      CHECK(out);
      continue;
    }
    REQUIRE_FALSE(out);
    CHECK(out.error().param == row.param);
    CHECK_FALSE(out.error().message.empty());
  }
}

TEST_CASE("schema: an empty object inside may be said to be empty") {
  const auto out =
      sanitised(R"({"properties":{"x":{"type":"object","additionalProperties":false}}})");
  REQUIRE(out);
  CHECK(out->json == R"({"type":"object","properties":{"x":{"type":"object",)"
                     R"("additionalProperties":false}},"additionalProperties":false})");
}

TEST_CASE("schema: input_schema leaves what is legal byte for byte") {
  const std::string text = R"({ "type" : "object", "properties":{"a":{"maximum":1e400}} })";
  CHECK(input(text)->json == text);
  CHECK(input(R"({"type":null,"required":[]})")->json == R"({"type":"object","required":[]})");
}

TEST_CASE("schema: references that multiply are given up") {
  std::string defs;
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    defs += "\"d" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next + "]},";
  }
  const auto out = input(R"({"anyOf":[{"$ref":"#/$defs/d0"}],"$defs":{)" + defs +
                         R"("d40":{"properties":{}}}})");
  REQUIRE_FALSE(out);
  CHECK(out.error().kind == ErrorKind::invalid_request);
}

TEST_CASE(
    "schema: a property of several branches may be what either says, and what is said above") {
  const auto out = input(R"({"properties":{"k":{"type":"string"}},"oneOf":[
    {"properties":{"k":{"const":"a"}}},{"properties":{"k":{"const":"b"}}},
    {"properties":{"k":{"const":"a"}}}]})");
  REQUIRE(out);
  CHECK(out->change == schema::InputSchema::Change::united);
  CHECK(out->json.find(
            R"("k":{"allOf":[{"type":"string"},{"anyOf":[{"const":"a"},{"const":"b"}]}]})") !=
        std::string::npos);
}

namespace {

std::string joined(int n, const std::string& begin, const std::string& end) {
  std::string out;
  for (int i = 0; i < n; ++i) out += (i == 0 ? "" : ",") + begin + std::to_string(i) + end;
  return out;
}

/// A tool's schema: `branches` at the top, each with a definition of `properties` in it.
std::string over_one_definition(int branches, int properties) {
  return R"({"anyOf":[)" +
         joined(branches, R"({"properties":{"kind":{"const":)",
                R"(}},"allOf":[{"$ref":"#/$defs/d"}]})") +
         R"(],"$defs":{"d":{"properties":{)" + joined(properties, "\"p", R"(":{"type":"string"})") +
         "}}}}";
}

}  // namespace

TEST_CASE("W4: branches over a small definition are one object") {
  const std::string text = over_one_definition(50, 20);
  const auto out = input(text);
  REQUIRE(out);
  CHECK(out->change == schema::InputSchema::Change::united);
  CHECK(out->json.size() < schema::kMinFlattenBytes);
  CHECK(out->json.find(R"("p19":{"type":"string"})") != std::string::npos);
}

TEST_CASE("W4: branches over a large definition are too complex") {
  for (const auto& [count, properties] : {std::pair(300, 5000), {450, 4000}, {2000, 100}}) {
    const int branches =
        count;  // clang before 16 lets no lambda, such as CAPTURE's, take a binding
    CAPTURE(branches);
    const auto out = input(over_one_definition(branches, properties));
    REQUIRE_FALSE(out);
    CHECK(out.error().message == "too complex to be one object");
    CHECK(out.error().kind == ErrorKind::invalid_request);
  }
}

TEST_CASE("W4: one object is at most twice its branches, or 64 KiB") {
  bool told = false;
  bool untold = false;
  bool refused = false;
  for (int values = 100; values < 12'800; values *= 2) {
    // Each branch adds a copy of the definition to the text of `p`.
    const std::string text =
        R"({"anyOf":[)" +
        joined(4, R"({"properties":{"p":{"const":)", R"(}},"allOf":[{"$ref":"#/$defs/d"}]})") +
        R"(],"$defs":{"d":{"properties":{"p":{"enum":[)" + joined(values, "", "") + "]}}}}}";
    const auto out = input(text);
    if (!out) {
      refused = true;
      continue;
    }
    CHECK(out->json.size() <= std::max(text.size() * 2, schema::kMinFlattenBytes));
    told = told || out->change == schema::InputSchema::Change::united;
  }
  CHECK(told);
  CHECK(refused);
  // What is merely large keeps its properties, without the branches' text in the description.
  const std::string large =
      R"({"anyOf":[{"properties":{)" + joined(5000, "\"p", R"(":{"type":"string"})") + "}}]}";
  const auto out = input(large);
  REQUIRE(out);
  untold = out->change == schema::InputSchema::Change::united_untold;
  CHECK(untold);
  CHECK(out->json.size() <= large.size() * 2);
  CHECK(out->json.find("\"p4999\"") != std::string::npos);
}

TEST_CASE("W4: all tools of a request share what small schemas may cost beyond their size") {
  json::Document document;
  REQUIRE(document.parse(over_one_definition(30, 60)));
  schema::FlattenAllowance allowance;
  int accepted = 0;
  while (accepted < 10'000 && schema::input_schema(document.root(), allowance)) ++accepted;
  CHECK(accepted > 20);
  CHECK(accepted < 1000);
}

TEST_CASE("W4: a circle of references ends") {
  const auto out = input(R"({"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/b"},)"
                         R"("b":{"allOf":[{"$ref":"#/$defs/a"}]}}})");
  CHECK_FALSE(out);
}

TEST_CASE("W7: of duplicate keys the last is written, at any depth") {
  struct {
    const char* schema;
    const char* input;
    const char* strict;
  } const kCases[] = {
      {R"({"type":"string","type":"object","properties":{"a":{"type":"string","type":"number"},)"
       R"("b":{},"a":{"type":"integer","type":"null"}},"required":["b"],"required":["a"]})",
       R"({"type":"object","properties":{"b":{},"a":{"type":"null"}},"required":["a"]})", nullptr},
      {R"({"properties":{"x":{"type":"array","items":{"type":"string"},"items":{"enum":[1],)"
       R"("enum":[2]}}},"description":"d","description":"e","type":"object"})",
       R"({"properties":{"x":{"type":"array","items":{"enum":[2]}}},"description":"e",)"
       R"("type":"object"})",
       R"({"properties":{"x":{"type":"array","items":{"enum":[2]}}},"description":"e",)"
       R"("type":"object","additionalProperties":false})"},
      // An escaped key is the same key.
      {R"({"type":"object","properties":{"\u0061":{"type":"string"},"a":{"type":"null"}}})",
       R"({"type":"object","properties":{"a":{"type":"null"}}})",
       R"({"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":false})"},
      {R"({"anyOf":[{"properties":{"a":{"const":1},"a":{"const":2,"const":3}}}],)"
       R"("anyOf":[{"properties":{"b":{"const":4}},"properties":{"b":{"const":5,"const":6}}}]})",
       R"({"type":"object","description":"The arguments must also satisfy this JSON Schema: )"
       R"({\"anyOf\":[{\"properties\":{\"b\":{\"const\":6}}}]}","properties":{"b":{"const":6}}})",
       nullptr},
  };
  for (const auto& row : kCases) {
    CAPTURE(row.schema);
    const auto out = input(row.schema);
    REQUIRE(out);
    CHECK(out->json == row.input);
    if (row.strict != nullptr) CHECK(sanitised(row.schema)->json == row.strict);
  }
  // More members than are compared pair by pair.
  std::string many = R"({"type":"object","properties":{)" + joined(30, "\"p", R"(":{"const":1})");
  const auto out = sanitised(many + R"(,"p7":{"const":2}}})");
  REQUIRE(out);
  CHECK(out->json.find(R"("p7":{"const":1})") == std::string::npos);
  CHECK(out->json.find(R"("p7":{"const":2})") != std::string::npos);
  CHECK(out->optional_parameters == 30);
}

TEST_CASE("W7: an error in a schema with duplicate keys has the place of the member that counts") {
  json::Document document;
  REQUIRE(document.parse(R"({"s":{"a":1,"a":2,"type":"object","properties":{"x":true}}})"));
  const auto out = schema::sanitise(document.root().get("s"));
  REQUIRE_FALSE(out);
  CHECK(out.error().param == "s.properties.x");
}

TEST_CASE("schema: anyOf and oneOf of one schema cannot both be anyOf") {
  CHECK_FALSE(sanitised(R"({"anyOf":[{"type":"null"}],"oneOf":[{"type":"null"}]})"));
}

}  // namespace proxx
