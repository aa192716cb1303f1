#include "mock/sample/sample.h"

#include <doctest/doctest.h>

#include <chrono>
#include <iterator>
#include <set>

#include "mock/rules/rules.h"
#include "unit/mock/mock_test_support.h"
#include "unit/mock/schema_checker.h"

namespace proxx::mock {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  const char* name;
  const char* schema;
};

constexpr Row kSchemas[] = {
    {"anything", R"({})"},
    {"boolean schema", R"(true)"},
    {"scalars", R"({"type":"object","properties":{"s":{"type":"string"},"i":{"type":"integer"},
        "n":{"type":"number"},"b":{"type":"boolean"},"z":{"type":"null"}},
        "required":["s","i","n","b","z"],"additionalProperties":false})"},
    {"list of types", R"({"type":["integer","null"],"minimum":3})"},
    {"list of types, the first has no value",
     R"({"type":["integer","string"],"minimum":3,"maximum":2,"minLength":2})"},
    {"pydantic: nested $defs", R"({"$defs":{"Address":{"type":"object","title":"Address",
        "properties":{"street":{"title":"Street","type":"string"},"zip":{"type":"string"}},
        "required":["street","zip"]},
        "User":{"type":"object","properties":{"name":{"type":"string"},
        "home":{"$ref":"#/$defs/Address"}},"required":["name","home"]}},
        "type":"object","properties":{"users":{"type":"array","items":{"$ref":"#/$defs/User"}}},
        "required":["users"]})"},
    {"pydantic: Optional", R"({"type":"object","properties":{"nick":{"anyOf":[{"type":"string"},
        {"type":"null"}],"default":null,"title":"Nick"}}})"},
    {"pydantic: Optional of a model", R"({"$defs":{"M":{"type":"object","properties":
        {"x":{"type":"integer"}},"required":["x"]}},"type":"object",
        "properties":{"m":{"anyOf":[{"$ref":"#/$defs/M"},{"type":"null"}]}},"required":["m"]})"},
    {"pydantic: Literal", R"({"type":"object","properties":{"kind":{"enum":["red","green"],
        "type":"string"},"one":{"const":"a","type":"string"}},"required":["kind","one"]})"},
    {"pydantic: Enum by reference with a default", R"({"$defs":{"Color":{"enum":["r","g"],
        "type":"string"}},"type":"object","properties":{"color":{"$ref":"#/$defs/Color",
        "default":"r","description":"The colour"}},"required":["color"]})"},
    {"pydantic: dates",
     R"({"type":"object","properties":{"at":{"format":"date-time","type":"string"},
        "on":{"format":"date","type":"string"},"clock":{"format":"time","type":"string"},
        "lasts":{"format":"duration","type":"string"}},
        "required":["at","on","clock","lasts"]})"},
    {"formats", R"({"type":"object","properties":{"a":{"type":"string","format":"email"},
        "b":{"type":"string","format":"hostname"},"c":{"type":"string","format":"uri","minLength":1,
        "maxLength":2083},"d":{"type":"string","format":"ipv4"},"e":{"type":"string","format":"ipv6"},
        "f":{"type":"string","format":"uuid"},"g":{"type":"string","format":"unknown-to-all"}}})"},
    {"pydantic: PositiveInt, NegativeInt", R"({"type":"object","properties":
        {"p":{"exclusiveMinimum":0,"type":"integer"},"n":{"exclusiveMaximum":0,"type":"integer"},
        "nn":{"minimum":0,"type":"integer"},"np":{"maximum":0,"type":"integer"}},
        "required":["p","n","nn","np"]})"},
    {"pydantic: conint", R"({"type":"integer","minimum":18,"maximum":120,"multipleOf":5})"},
    {"an open interval", R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1})"},
    {"a narrow interval", R"({"type":"number","minimum":0.25,"maximum":0.3,"multipleOf":0.05})"},
    {"cents", R"({"type":"number","multipleOf":0.01,"exclusiveMinimum":0})"},
    {"a step with a maximum only", R"({"type":"integer","multipleOf":7,"maximum":-3})"},
    {"two steps",
     R"({"allOf":[{"type":"integer","multipleOf":4},{"multipleOf":6},{"minimum":13}]})"},
    {"zod: int()", R"({"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991})"},
    {"zod: int().positive()",
     R"({"type":"integer","exclusiveMinimum":0,"maximum":9007199254740991})"},
    {"far away", R"({"type":"number","minimum":1e300})"},
    {"fractions as bounds of an integer", R"({"type":"integer","minimum":2.5,"maximum":3.5})"},
    {"string lengths", R"({"type":"object","properties":{"long":{"type":"string","minLength":40},
        "short":{"type":"string","maxLength":3},"exact":{"type":"string","minLength":7,
        "maxLength":7},"none":{"type":"string","maxLength":0},
        "gr\u00fc\u00dfe":{"type":"string","minLength":9,"maxLength":9}}})"},
    {"patterns", R"({"type":"object","properties":{"plate":{"type":"string","pattern":
        "^[A-Z]{1,3}-[0-9]{2,4}$"},"phone":{"type":"string","pattern":"^\\+?\\d{3} \\d{4}$"},
        "part":{"type":"string","pattern":"ab+c"},"word":{"type":"string","pattern":"^\\w+$",
        "minLength":5,"maxLength":5},"any":{"type":"string","pattern":"^.*$","minLength":3},
        "other":{"type":"string","pattern":"^[^a-z\\d]+$"},"or":{"type":"string",
        "pattern":"^(red|green|blue)$"},"twice":{"type":"string","pattern":"^(a|b)\\1$"},
        "lazy":{"type":"string","pattern":"^(?:x+?y)*$"},
        "hex":{"type":"string","pattern":"^#(?:[0-9a-fA-F]{3}){1,2}$"}}})"},
    {"a pattern whose first alternative is too short",
     R"({"type":"string","pattern":"^$|^\\d+$","minLength":2})"},
    {"pydantic: Decimal as a string",
     R"({"type":"string","pattern":"^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"})"},
    {"zod: email", R"({"type":"string","format":"email","pattern":
        "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"})"},
    {"zod: uuid", R"({"type":"string","format":"uuid","pattern":
        "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000)$"})"},
    {"lists", R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}},
        "b":{"type":"array","items":{"type":"string"},"minItems":3,"maxItems":4},
        "c":{"type":"array","items":{"type":"string"},"maxItems":0},
        "d":{"type":"array","minItems":1},"e":{"type":"array","items":false}}})"},
    {"pydantic: set", R"({"type":"object","properties":{"s":{"type":"array","uniqueItems":true,
        "items":{"type":"string"},"minItems":3},"e":{"type":"array","uniqueItems":true,"minItems":2,
        "items":{"enum":["x","y","z"]}},"b":{"type":"array","uniqueItems":true,"minItems":2,
        "items":{"type":"boolean"}},"o":{"type":"array","uniqueItems":true,"minItems":3,
        "items":{"type":"object","properties":{"t":{"const":"k"},"n":{"type":"integer"}},
        "required":["t","n"]}},"m":{"type":"array","uniqueItems":true,"minItems":3,
        "items":{"type":"string","format":"email"}},"d":{"type":"array","uniqueItems":true,
        "minItems":3,"items":{"type":"string","format":"date"}},
        "r":{"type":"array","uniqueItems":true,"minItems":3,"items":{"type":"number","minimum":0,
        "maximum":1}}},"required":["s","e","b","o","m","d","r"]})"},
    {"pydantic: tuple", R"({"type":"array","minItems":2,"maxItems":2,
        "prefixItems":[{"type":"string"},{"type":"integer"}]})"},
    {"tuple with a rest", R"({"type":"array","prefixItems":[{"type":"string"}],
        "items":{"type":"integer"},"minItems":3})"},
    {"draft 7: tuple", R"({"type":"array","items":[{"type":"string"},{"type":"integer"}],
        "minItems":2})"},
    {"contains", R"({"type":"array","items":{"type":"integer"},"contains":{"minimum":50},
        "minContains":2})"},
    {"pydantic: dict", R"({"type":"object","additionalProperties":{"type":"integer"}})"},
    {"dict with entries", R"({"type":"object","additionalProperties":{"type":"integer"},
        "minProperties":2})"},
    {"dict with Literal keys", R"({"type":"object","propertyNames":{"enum":["a","b"]},
        "additionalProperties":{"type":"number"},"minProperties":2})"},
    {"names by pattern", R"({"type":"object","patternProperties":{"^x-[a-z]+$":{"type":"string"}},
        "additionalProperties":false,"minProperties":2})"},
    {"few properties", R"({"type":"object","properties":{"a":{"type":"string"},
        "b":{"type":"string"},"c":{"type":"string"}},"required":["c"],"maxProperties":2})"},
    {"required, but not listed",
     R"({"type":"object","required":["a"],"additionalProperties":{"type":"integer"}})"},
    {"an optional property that has no value", R"({"type":"object","properties":{"a":{"enum":[]},
        "b":false,"c":{"not":{}},"d":{"type":"string"}}})"},
    {"properties without a type", R"({"properties":{"a":{"items":{"type":"string"}},
        "b":{"minimum":7}},"required":["a","b"]})"},
    {"allOf", R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},
        {"properties":{"a":{"minLength":12},"b":{"type":"integer"}},"required":["b"]}]})"},
    {"inheritance", R"({"$defs":{"Base":{"type":"object","properties":{"id":{"type":"integer"}},
        "required":["id"]}},"allOf":[{"$ref":"#/$defs/Base"},{"$ref":"#/$defs/Base"},
        {"properties":{"id":{"minimum":10}}}]})"},
    {"branches within branches", R"({"type":"object","anyOf":[{"properties":{"a":{"type":"integer",
        "minimum":2,"maximum":1}},"required":["a"]},{"oneOf":[{"properties":{"b":{"const":false}},
        "required":["b"]},{"properties":{"b":{"const":true}},"required":["b"]}]}],
        "properties":{"b":{"enum":[true]}}})"},
    {"pydantic: discriminated union", R"({"$defs":{"Cat":{"type":"object","properties":
        {"kind":{"const":"cat","type":"string"},"lives":{"type":"integer"}},
        "required":["kind","lives"]},"Dog":{"type":"object","properties":{"kind":{"const":"dog",
        "type":"string"},"name":{"type":"string"}},"required":["kind","name"]}},
        "type":"object","properties":{"pet":{"discriminator":{"propertyName":"kind",
        "mapping":{"cat":"#/$defs/Cat","dog":"#/$defs/Dog"}},"oneOf":[{"$ref":"#/$defs/Cat"},
        {"$ref":"#/$defs/Dog"}]}},"required":["pet"]})"},
    {"recursion: tree", R"({"$defs":{"Node":{"type":"object","properties":{"name":{"type":"string"},
        "children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},
        "required":["name","children"]}},"$ref":"#/$defs/Node"})"},
    {"recursion: list", R"({"$defs":{"Node":{"type":"object","properties":{"v":{"type":"integer"},
        "next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},"required":["v","next"]}},
        "type":"object","properties":{"head":{"$ref":"#/$defs/Node"}},"required":["head"]})"},
    {"recursion: to the root", R"({"type":"object","properties":{"title":{"type":"string"},
        "replies":{"type":"array","items":{"$ref":"#"}},"parent":{"$ref":"#"}},
        "required":["title"]})"},
    {"recursion: formula", R"({"$defs":{"E":{"anyOf":[{"type":"object","properties":{"op":
        {"enum":["+","*"]},"l":{"$ref":"#/$defs/E"},"r":{"$ref":"#/$defs/E"}},
        "required":["op","l","r"]},{"type":"number"}]}},"type":"object",
        "properties":{"e":{"$ref":"#/$defs/E"}},"required":["e"]})"},
    {"names that a pointer must escape", R"({"$defs":{"a/b~c[int]":{"type":"integer"}},
        "type":"object","properties":{"x":{"$ref":"#/$defs/a~1b~0c[int]"}},"required":["x"]})"},
    {"zod: references between properties", R"({"type":"object","properties":{"a":{"type":"object",
        "properties":{"n":{"type":"integer","minimum":4}},"required":["n"]},
        "b":{"$ref":"#/properties/a"}},"required":["a","b"]})"},
    {"instructor: iterable", R"({"$defs":{"Fact":{"type":"object","properties":{"fact":
        {"type":"string"},"quote":{"type":"array","items":{"type":"string"},"minItems":1}},
        "required":["fact","quote"],"additionalProperties":false}},"type":"object","properties":
        {"tasks":{"items":{"$ref":"#/$defs/Fact"},"title":"Tasks","type":"array"}},
        "required":["tasks"],"additionalProperties":false})"},
    {"properties with the names of keywords", R"({"type":"object","properties":{"type":
        {"type":"integer"},"$ref":{"type":"string"},"properties":{"type":"object","properties":
        {"enum":{"type":"boolean"}},"required":["enum"]}},"required":["type","$ref","properties"]})"},
};

/// Schemas that ask for too much, or for nothing that exists.
std::string chain(size_t length) {
  std::string out = R"({"type":"object","$defs":{)";
  for (size_t i = 0; i < length; ++i)
    out += "\"d" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"},";
  return out + "\"d" + std::to_string(length) +
         R"(":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/d0"}},"required":["a"]})";
}

/// Each of `length` objects holds the next one twice.
std::string doubling(size_t length) {
  std::string out = R"({"type":"object","$defs":{)";
  for (size_t i = 0; i < length; ++i) {
    const std::string next = R"({"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    out += "\"d" + std::to_string(i) +
           R"(":{"type":"object","required":["x","y"],"properties":{"x":)" + next +
           ",\"y\":" + next + "}},";
  }
  return out + "\"d" + std::to_string(length) +
         R"(":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/d0"}},"required":["a"]})";
}

/// Each of `length` schemas allows all others and itself, and nothing else.
std::string tangle(size_t length) {
  std::string branches;
  for (size_t i = 0; i < length; ++i)
    branches += (i ? "," : "") +
                (R"({"type":"object","required":["a"],"properties":{"a":{"$ref":"#/$defs/d)" +
                 std::to_string(i) + "\"}}}");
  std::string out = R"({"type":"object","$defs":{)";
  for (size_t i = 0; i < length; ++i)
    out += (i ? ",\"d" : "\"d") + std::to_string(i) + "\":{\"anyOf\":[" + branches + "]}";
  return out + R"(},"properties":{"a":{"$ref":"#/$defs/d0"}},"required":["a"]})";
}

/// `count` anyOf keywords at one place; only the last branch of each fits the others.
std::string product(size_t count) {
  std::string out = R"({"allOf":[)";
  for (size_t i = 0; i < count; ++i)
    out += std::string(i ? "," : "") + R"({"anyOf":[{"minimum":1},{"maximum":0},{"minimum":-1}]})";
  return out + R"(,{"type":"integer","enum":["no integer"]}]})";
}

std::string many_properties(size_t count, const char* schema) {
  std::string out = R"({"type":"object","properties":{)";
  for (size_t i = 0; i < count; ++i)
    out += (i ? ",\"p" : "\"p") + std::to_string(i) + "\":" + schema;
  return out + "}}";
}

double seconds_of(const std::string& schema, size_t& bytes) {
  const Json parsed = Json::parse(schema);
  const auto begin = std::chrono::steady_clock::now();
  bytes = sample_of(parsed).dump().size();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("a sample fits its schema") {
  std::set<std::string> names;
  for (const Row& row : kSchemas) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    const Json schema = Json::parse(row.schema);
    const Json sample = sample_of(schema);
    CHECK(sample == sample_of(schema));
    const std::string fault = SchemaChecker(schema).fault(sample);
    CHECK_MESSAGE(fault.empty(), fault, " in ", sample.dump());
  }
  CHECK(std::size(kSchemas) >= 50);
}

TEST_CASE("a sample has optional properties and an item of each list") {
  const auto sample = [](const char* schema) { return sample_of(Json::parse(schema)).dump(); };
  CHECK(sample(R"({"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}},
      "b":{"type":"string"}}})") == R"({"a":[1],"b":"mock b"})");
  CHECK(sample(R"({"$defs":{"N":{"type":"object","properties":{"v":{"type":"integer"},
      "next":{"$ref":"#/$defs/N"}}}},"$ref":"#/$defs/N"})") == R"({"v":1})");
  CHECK(sample(R"({"type":"array","prefixItems":[{"type":"string"},{"type":"boolean"}]})") ==
        R"(["mock",true])");
  CHECK(sample(R"({"type":"number","multipleOf":0.1,"exclusiveMinimum":0.2,
      "maximum":0.35})") == "0.3");
  CHECK(sample(R"({"type":"integer","exclusiveMinimum":41})") == "42");
  CHECK(sample(R"({"type":"integer","minimum":4,"exclusiveMinimum":true})") == "5");
}

TEST_CASE("bounds that a description tells hold too") {
  const auto sample = [](const char* schema) { return sample_of(Json::parse(schema)).dump(); };
  CHECK(sample(R"({"type":"string","description":"maxLength: 3"})") == R"("moc")");
  CHECK(
      sample(R"({"type":"string","description":"The A.\n\nminLength: 2, pattern: \"^[,}]+$\""})") ==
      R"(",,")");
  CHECK(sample(R"({"type":"integer","description":"{minimum: 18, exclusiveMaximum: 20}"})") ==
        "18");
  CHECK(sample(R"({"description":"enum: [{\"a\":1},2]"})") == R"({"a":1})");
  CHECK(sample(R"({"type":"array","items":{"type":"string"},
      "description":"Tags\n\nminItems: 2, uniqueItems: true"})") == R"(["mock","2 mock"])");
  // Prose stays prose.
  for (const char* text : {"minimum: about 3", "minimum", "the minimum: 3", "minimum: 3 or more",
                           "minimum: 3, but", "minimum: 3\\n\\nas a rule"})
    CHECK(sample((R"({"type":"integer","description":")" + std::string(text) + "\"}").c_str()) ==
          "1");
}

TEST_CASE("the checker of these tests refuses what does not fit") {
  const auto fault = [](const char* schema, const char* value) {
    return SchemaChecker(Json::parse(schema)).fault(Json::parse(value));
  };
  const Row wrong[] = {
      {R"({"type":"integer"})", "1.5"},
      {R"({"exclusiveMinimum":1})", "1"},
      {R"({"multipleOf":3})", "4"},
      {R"({"maxLength":2})", R"("abc")"},
      {R"({"pattern":"^a$"})", R"("ab")"},
      {R"({"format":"date"})", R"("mock")"},
      {R"({"enum":["a"]})", R"("b")"},
      {R"({"const":1})", "2"},
      {R"({"required":["a"]})", "{}"},
      {R"({"properties":{"a":{"type":"string"}}})", R"({"a":1})"},
      {R"({"properties":{"a":{}},"additionalProperties":false})", R"({"b":1})"},
      {R"({"items":{"type":"string"}})", "[1]"},
      {R"({"prefixItems":[{"type":"string"}]})", "[1]"},
      {R"({"uniqueItems":true})", "[1,1]"},
      {R"({"contains":{"type":"string"}})", "[1]"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "1"},
      {R"({"oneOf":[{"type":"integer"},{"type":"number"}]})", "1"},
      {R"({"$defs":{"a":{"type":"null"}},"$ref":"#/$defs/a"})", "1"},
      {R"({"propertyNames":{"enum":["a"]}})", R"({"b":1})"},
  };
  for (const auto& [schema, value] : wrong) {
    CAPTURE(schema);
    CHECK_FALSE(fault(schema, value).empty());
  }
}

TEST_CASE("a schema that nothing fits gets an answer all the same") {
  for (const char* schema :
       {R"({"type":"object","properties":{"a":{"enum":[]}},"required":["a"]})",
        R"({"type":"object","properties":{"a":{"$ref":"#/properties/a"}},"required":["a"]})",
        R"({"type":"object","properties":{"a":{"type":"object","properties":{"b":{"$ref":"#"}},
            "required":["b"]}},"required":["a"]})",
        R"({"type":"object","properties":{"a":{"type":"string","minLength":1e18}},
            "required":["a"]})",
        R"({"type":"object","properties":5,"required":"x","minProperties":1e15})"}) {
    CAPTURE(schema);
    CHECK(sample_of(Json::parse(schema)) == Json::object());
  }
  CHECK(sample_of(Json::parse("false")).is_null());
  CHECK(sample_of(Json::parse(R"({"type":"integer","minimum":2,"maximum":1})")).is_null());
  CHECK(sample_of(Json::parse(R"({"type":"string","pattern":"("})")) == "mock");
  CHECK(sample_of(Json::parse(R"({"$ref":"https://example.com/schema"})")) == "mock");
}

TEST_CASE("keywords of a wrong type do no harm") {
  for (const char* keyword : {"type",
                              "enum",
                              "const",
                              "anyOf",
                              "oneOf",
                              "allOf",
                              "$ref",
                              "$defs",
                              "properties",
                              "required",
                              "additionalProperties",
                              "patternProperties",
                              "propertyNames",
                              "items",
                              "prefixItems",
                              "contains",
                              "minItems",
                              "maxItems",
                              "uniqueItems",
                              "minimum",
                              "maximum",
                              "exclusiveMinimum",
                              "exclusiveMaximum",
                              "multipleOf",
                              "minLength",
                              "maxLength",
                              "pattern",
                              "format",
                              "not",
                              "minProperties",
                              "maxProperties",
                              "minContains"}) {
    for (const char* value : {"null", "true", "-1", "1e308", "\"\"", "[]", "{}", "[[1]]", "[null]",
                              R"({"a":1})", R"({"a":[]})", "0", "18446744073709551615"}) {
      CAPTURE(keyword);
      CAPTURE(value);
      Json schema = Json::parse(R"({"type":"object","properties":{"a":{}}})");
      const Json wrong = Json::parse(value, nullptr, false);
      schema["properties"]["a"][keyword] = wrong;
      CHECK(sample_of(schema).is_object());
      schema[keyword] = wrong;
      (void)sample_of(schema);
    }
  }
}

TEST_CASE("a hostile schema costs little time and gives a short document") {
  const std::string big(size_t{1} << 20, 'x');
  const std::string rows[] = {
      chain(1'000),
      doubling(60),
      tangle(12),
      product(60),
      many_properties(2'000, R"({"type":"string"})"),
      many_properties(1'000, R"({"type":"string","minLength":60000})"),
      many_properties(1'000, R"({"type":"string","pattern":"^((a{999}){16}|(b{999}){16})$"})"),
      many_properties(1'000, R"({"type":"array","minItems":100000,"items":{"type":"string"}})"),
      R"({"$defs":{"e":{"const":")" + big + R"("}},"type":"array","minItems":9999,)" +
          R"("items":{"$ref":"#/$defs/e"}})",
      R"({"type":"array","uniqueItems":true,"minItems":40000,"items":{"type":"integer"}})",
      R"({"type":"string","pattern":")" + std::string(10'000, '(') + R"("})",
      R"x({"type":"string","pattern":"(((((a{99}){99}){99}){99}){99})"})x",
      R"({"type":"string","pattern":")" + big + R"("})",
      R"({"type":"object","minProperties":1000000})",
  };
  for (const std::string& row : rows) {
    CAPTURE(row.substr(0, 100));
    size_t bytes = 0;
    CHECK(seconds_of(row, bytes) < 20);
    CHECK(bytes < size_t{8} << 20);
  }
  // Optional parts are left out when the bound is reached.
  const Json partly =
      sample_of(Json::parse(many_properties(1'000, R"({"type":"string","minLength":60000})")));
  CHECK(partly.size() > 10);
  CHECK(partly.size() < 1'000);
  // A long chain of references cannot be followed to its end, a short one can.
  CHECK(sample_of(Json::parse(chain(100)))["a"] == "mock a");
}

TEST_CASE("the deepest sample can be sent and read") {
  std::string schema = R"({"type":"string"})";
  for (int i = 0; i < 2'000; ++i)
    schema = R"({"type":"object","required":["a"],"properties":{"a":)" + schema + "}}";
  const Json sample = sample_of(Json::parse(schema));
  CHECK(sample == Json::object());
}

}  // namespace proxx::mock
