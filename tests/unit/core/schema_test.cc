#include "core/schema.h"

#include <doctest/doctest.h>

#include <string>

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
  return schema::input_schema(document.root());
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
  CHECK(out->flattened);
  CHECK(out->json.find(
            R"("k":{"allOf":[{"type":"string"},{"anyOf":[{"const":"a"},{"const":"b"}]}]})") !=
        std::string::npos);
}

}  // namespace proxx
