#include "mock/rules/rules.h"

#include <doctest/doctest.h>

#include "unit/mock/mock_test_support.h"

namespace proxx::mock {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  const char* name;
  const char* model;
  const char* members;  ///< put over a sound request
  const char* refusal;  ///< the message begins with it; nullptr: accepted
};

void run(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto bad = check_request(request_for(row.model, row.members).dump(), good_headers());
    if (!row.refusal) {
      CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
      continue;
    }
    REQUIRE(bad);
    CHECK_MESSAGE(bad->message.starts_with(row.refusal), bad->message);
    CHECK(bad->status == (bad->message.starts_with("model:") ? 404 : 400));
  }
}

constexpr const char* kOpus = "claude-opus-5-5";
constexpr const char* kSonnet = "claude-sonnet-5-5";
constexpr const char* kHaiku = "claude-haiku-5-5";
constexpr const char* kOld = "claude-sonnet-4-5";
constexpr const char* kTool = R"({"name":"look","input_schema":{"type":"object","properties":{}}})";

std::string with_tool(const std::string& rest) {
  return R"({"tools":[)" + std::string(kTool) + "]" + rest + "}";
}

}  // namespace

TEST_CASE("a sound request is accepted for every kind of model") {
  for (const char* model : {kOpus, kSonnet, kHaiku, kOld, "claude-sonnet-4-5-20250929", "mock-1",
                            "claude-mock", "claude-mythos-preview"}) {
    CAPTURE(model);
    CHECK_FALSE(check_request(request_for(model).dump(), good_headers()));
  }
}

TEST_CASE("headers are checked before the body") {
  struct HeaderRow {
    const char* name;
    http::HeaderList headers;
    int status;
    const char* refusal;
  };
  const std::pair<std::string, std::string> json{"content-type", "application/json"};
  const std::pair<std::string, std::string> version{"anthropic-version", "2023-06-01"};
  const std::pair<std::string, std::string> key{"x-api-key", "k"};
  const HeaderRow rows[] = {
      {"no key", {json, version}, 401, "x-api-key header is required"},
      {"a token as key", {json, version, {"x-api-key", "sk-ant-oat01"}}, 401, "invalid x-api-key"},
      {"no bearer", {json, version, {"authorization", "Basic eA=="}}, 401, "Invalid bearer token"},
      {"an empty bearer", {json, version, {"authorization", "Bearer "}}, 401, "Invalid bearer"},
      {"no version", {json, key}, 400, "anthropic-version: header is required"},
      {"another version",
       {json, key, {"anthropic-version", "2024-01-01"}},
       400,
       "anthropic-version: \"2024-01-01\" is not a valid version"},
      {"an unknown beta",
       {json, key, version, {"anthropic-beta", "a-2025-01-01, nonsense"}},
       400,
       "Unexpected value(s) `nonsense` for the `anthropic-beta` header."},
      {"form data", {key, version, {"content-type", "text/plain"}}, 400, "content-type:"},
  };
  for (const HeaderRow& row : rows) {
    CAPTURE(row.name);
    const auto bad = check_request("", row.headers);
    REQUIRE(bad);
    CHECK(bad->status == row.status);
    CHECK_MESSAGE(bad->message.starts_with(row.refusal), bad->message);
  }
  CHECK_FALSE(check_request(request_for(kOpus).dump(),
                            {json,
                             version,
                             {"Authorization", "Bearer k"},
                             {"Anthropic-Beta", "claude-code-20250219,effort-2025-11-24"}}));
}

TEST_CASE("bodies that are no JSON object are refused, however deep") {
  for (const std::string& body : {std::string("{"), std::string(""), std::string("[]"),
                                  std::string("{} x"), std::string(100'000, '[')}) {
    const auto bad = check_request(body, good_headers());
    REQUIRE(bad);
    CHECK(bad->status == 400);
  }
}

TEST_CASE("members of the body") {
  run({
      {"unknown member", kOpus, R"({"n":1})", "n: Extra inputs are not permitted"},
      {"OpenAI's stop", kOpus, R"({"stop":"x"})", "stop: Extra inputs"},
      {"beta without header", kOpus, R"({"context_management":{}})",
       "context_management: Extra inputs are not permitted"},
      {"unknown model", "claude-opus-9", "{}", "model: claude-opus-9"},
      {"retired model", "claude-opus-4-1", "{}", "model: claude-opus-4-1"},
      {"max_tokens text", kOpus, R"({"max_tokens":"5"})",
       "max_tokens: Input should be a valid integer"},
      {"max_tokens negative", kOpus, R"({"max_tokens":-1})", "max_tokens: Input should be greater"},
      {"max_tokens zero warms the cache", kOpus, R"({"max_tokens":0})", nullptr},
      {"max_tokens above the model", kOld, R"({"max_tokens":64001})",
       "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens"},
      {"max_tokens at the limit", kOpus, R"({"max_tokens":128000})", nullptr},
      {"no messages", kOpus, R"({"messages":[]})", "messages: at least one message is required"},
      {"stream text", kOpus, R"({"stream":"yes"})", "stream: Input should be a valid boolean"},
      {"empty stop", kOpus, R"({"stop_sequences":[""]})",
       "stop_sequences: each stop sequence must be non-empty"},
      {"blank stop", kOpus, R"({"stop_sequences":["a","\n"]})",
       "stop_sequences: each stop sequence must contain non-whitespace"},
      {"many stops", kOpus, R"({"stop_sequences":["a","b","c","d","e","f"]})", nullptr},
      {"metadata extra", kOpus, R"({"metadata":{"k":"v"}})",
       "metadata.k: Extra inputs are not permitted"},
      {"e-mail as user", kOpus, R"({"metadata":{"user_id":"a@b.org"}})", "metadata.user_id: "},
      {"phone as user", kOpus, R"({"metadata":{"user_id":"+49 30 1234567"}})",
       "metadata.user_id: "},
      {"plain user", kOpus, R"({"metadata":{"user_id":"u-1"}})", nullptr},
      {"no e-mail", kOpus, R"({"metadata":{"user_id":"@home.town"}})", nullptr},
      {"too long a phone", kOpus, R"({"metadata":{"user_id":"+1234567890123456"}})", nullptr},
      {"service tier", kOpus, R"({"service_tier":"default"})",
       "service_tier: Input should be 'auto', 'standard_only'"},
      {"fast", kOpus, R"({"speed":"fast"})", nullptr},
      {"fast elsewhere", kSonnet, R"({"speed":"fast"})", "speed: fast mode"},
      {"system blocks", kOpus, R"({"system":[{"type":"text","text":"be kind"}]})", nullptr},
      {"empty system block", kOpus, R"({"system":[{"type":"text","text":""}]})",
       "system.0.text: text content blocks must be non-empty"},
      {"image in system", kOpus,
       R"({"system":[{"type":"image","source":{"type":"url","url":"https://x/y"}}]})",
       "system.0: `image` blocks are not permitted"},
  });
  auto without = request_for(kOpus);
  without.erase("max_tokens");
  const auto bad = check_request(without.dump(), good_headers());
  REQUIRE(bad);
  CHECK(bad->message == "max_tokens: Field required");
  CHECK_FALSE(check_request(without.dump(), good_headers(), Endpoint::count_tokens));
  const auto long_id =
      request_for(kOpus, R"({"metadata":{"user_id":")" + std::string(257, 'x') + "\"}}");
  CHECK(check_request(long_id.dump(), good_headers()));
}

TEST_CASE("sampling by model") {
  run({
      {"none at all", kOpus, R"({"temperature":1})", "temperature: is not supported by this model"},
      {"none: top_k", kSonnet, R"({"top_k":5})", "top_k: is not supported"},
      {"haiku: 1", kHaiku, R"({"temperature":1})", nullptr},
      {"haiku: 0.5", kHaiku, R"({"temperature":0.5})", "temperature: only the default"},
      {"haiku: top_p 0.99", kHaiku, R"({"top_p":0.99})", nullptr},
      {"haiku: top_p 1", kHaiku, R"({"top_p":1})", "top_p: only the default"},
      {"haiku: both", kHaiku, R"({"temperature":1,"top_p":0.99})", "`temperature` and `top_p`"},
      {"default only: 1", "claude-opus-5", R"({"temperature":1})", nullptr},
      {"default only: 0", "claude-opus-4-7", R"({"temperature":0})", "temperature: only"},
      {"default only: top_k", "claude-opus-4-8", R"({"top_k":1})", "top_k: is not supported"},
      {"old: temperature", kOld, R"({"temperature":0.3,"top_k":5})", nullptr},
      {"old: both", kOld, R"({"temperature":0.3,"top_p":0.5})", "`temperature` and `top_p` cannot"},
      {"old: thinking", "claude-opus-4-6", R"({"thinking":{"type":"adaptive"},"temperature":0.3})",
       "temperature: must be unset"},
      {"old: thinking, top_p", "claude-opus-4-6", R"({"thinking":{"type":"adaptive"},"top_p":0.5})",
       "top_p: must be greater"},
      {"above 1", kOld, R"({"temperature":1.5})", "temperature: Input should be less than"},
      {"mock", "mock-any", R"({"temperature":0.3,"top_p":0.5,"top_k":1})", nullptr},
  });
  auto headers = good_headers();
  headers[2].second = "2026-10-21";
  for (const char* members : {R"({"temperature":1})", R"({"top_p":1})", R"({"top_k":1})"}) {
    CAPTURE(members);
    CHECK(check_request(request_for(kOld, members).dump(), headers));
  }
}

TEST_CASE("thinking and effort by model") {
  run({
      {"adaptive", kOpus, R"({"thinking":{"type":"adaptive","display":"summarized"}})", nullptr},
      {"always on", kOpus, R"({"thinking":{"type":"disabled"}})", "thinking.type.disabled: "},
      {"no manual", kOpus, R"({"thinking":{"type":"enabled","budget_tokens":2048}})",
       "thinking.type.enabled: "},
      {"between tools", kSonnet, R"({"thinking":{"type":"between_tools"}})", nullptr},
      {"between tools, display", kSonnet,
       R"({"thinking":{"type":"between_tools","display":"omitted"}})",
       "thinking.between_tools.display: Extra inputs"},
      {"between tools, max", kSonnet,
       R"({"thinking":{"type":"between_tools"},"output_config":{"effort":"max"}})",
       "output_config.effort: level 'max'"},
      {"disabled, xhigh", kHaiku,
       R"({"thinking":{"type":"disabled"},"output_config":{"effort":"xhigh"}})",
       "output_config.effort: level 'xhigh'"},
      {"disabled, high", kHaiku,
       R"({"thinking":{"type":"disabled"},"output_config":{"effort":"high"}})", nullptr},
      {"no adaptive", kOld, R"({"thinking":{"type":"adaptive"}})", "thinking.type.adaptive: "},
      {"manual", kOld, R"({"max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048}})",
       nullptr},
      {"small budget", kOld,
       R"({"max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":1023}})",
       "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"},
      {"no budget", kOld, R"({"thinking":{"type":"enabled"}})",
       "thinking.enabled.budget_tokens: Field required"},
      {"budget above max_tokens", kOld,
       R"({"max_tokens":2048,"thinking":{"type":"enabled","budget_tokens":2048}})",
       "`max_tokens` must be greater than `thinking.budget_tokens`"},
      {"updates without beta", kOpus, R"({"thinking":{"type":"adaptive","display":"updates"}})",
       "thinking.adaptive.display: "},
      {"unknown type", kOpus, R"({"thinking":{"type":"hard"}})", "thinking.type: Input should be"},
      {"max", kOpus, R"({"output_config":{"effort":"max"}})", nullptr},
      {"none", kOpus, R"({"output_config":{"effort":"none"}})",
       "output_config.effort: Input should be 'low'"},
      {"no effort", kOld, R"({"output_config":{"effort":"low"}})",
       "output_config.effort: This model does not support"},
      {"no xhigh", "claude-opus-4-6", R"({"output_config":{"effort":"xhigh"}})",
       "output_config.effort: level 'xhigh'"},
      {"opus 4.5 to high", "claude-opus-4-5", R"({"output_config":{"effort":"max"}})",
       "output_config.effort: level 'max'"},
  });
}

TEST_CASE("schemas of structured outputs") {
  struct SchemaRow {
    const char* name;
    const char* schema;
    const char* refusal;
  };
  const SchemaRow rows[] = {
      {"plain", R"({"type":"object","properties":{"a":{"type":"string","format":"date"}},
                    "required":["a"],"additionalProperties":false})",
       nullptr},
      {"open object", R"({"type":"object","properties":{}})", "For 'object' type"},
      {"open inner object", R"({"type":"array","items":{"type":"object"}})", "For 'object' type"},
      {"minimum", R"({"type":"integer","minimum":1})", "For schema, property 'minimum'"},
      {"minLength", R"({"type":"string","minLength":1})", "For schema, property 'minLength'"},
      {"oneOf", R"({"oneOf":[]})", "For schema, property 'oneOf'"},
      {"enum", R"({"enum":["a",1,true,null]})", nullptr},
      {"enum of objects", R"({"enum":["a",{"b":1}]})", "'enum' values other than"},
      {"minItems 2", R"({"type":"array","minItems":2})", "For 'array' type"},
      {"minItems 1", R"({"type":"array","minItems":1,"items":{"type":"null"}})", nullptr},
      {"format", R"({"type":"string","format":"regex"})", "For 'string' type, 'format'"},
      {"look-ahead", "{\"type\":\"string\",\"pattern\":\"a(?=b)\"}",
       "For 'string' type, 'pattern'"},
      {"recursion", R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"array",
                        "items":{"$ref":"#/$defs/a"}}}})",
       "Circular reference"},
      {"twice is no recursion", R"({"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],
                                    "$defs":{"a":{"type":"string"}}})",
       nullptr},
      {"external", R"({"$ref":"https://x/y"})", "external $ref"},
      {"missing", R"({"$ref":"#/$defs/b"})", "$ref '#/$defs/b'"},
      {"wrong type", R"({"type":"object","properties":3,"additionalProperties":false})", ""},
  };
  for (const SchemaRow& row : rows) {
    CAPTURE(row.name);
    const std::string members = R"({"output_config":{"format":{"type":"json_schema","schema":)" +
                                std::string(row.schema) + "}}}";
    const auto bad = check_request(request_for(kOpus, members).dump(), good_headers());
    CHECK(bad.has_value() == (row.refusal != nullptr));
    if (!bad || !row.refusal) continue;
    CHECK(bad->message.starts_with("output_config.format.schema"));
    CHECK_MESSAGE(bad->message.find(row.refusal) != std::string::npos, bad->message);
  }
}

TEST_CASE("tools and tool_choice") {
  const std::string any = with_tool(R"(,"tool_choice":{"type":"any"})");
  const std::string named = with_tool(R"(,"tool_choice":{"type":"tool","name":"look"})");
  const std::string other = with_tool(R"(,"tool_choice":{"type":"tool","name":"see"})");
  const std::string parallel =
      with_tool(R"(,"tool_choice":{"type":"auto","disable_parallel_tool_use":true})");
  const std::string none =
      with_tool(R"(,"tool_choice":{"type":"none","disable_parallel_tool_use":true})");
  const std::string manual = with_tool(
      R"(,"tool_choice":{"type":"any"},"max_tokens":4096,
         "thinking":{"type":"enabled","budget_tokens":2048})");
  const std::string strict = R"({"tools":[{"name":"a","strict":true,
      "input_schema":{"type":"object","properties":{}}}]})";
  run({
      {"forced is refused", kOpus, any.c_str(),
       "tool_choice: type \"tool\" and \"any\" are not supported for this model."},
      {"forced", kHaiku, named.c_str(), nullptr},
      {"forced while thinking", kOld, manual.c_str(), "Thinking may not be enabled"},
      {"a tool that is not there", kHaiku, other.c_str(), "tool_choice.name: Tool 'see' not found"},
      {"no parallel", kOpus, parallel.c_str(), nullptr},
      {"flag with none", kOpus, none.c_str(), "tool_choice.disable_parallel_tool_use: Extra"},
      {"choice without tools", kOpus, R"({"tool_choice":{"type":"auto"}})",
       "tool_choice: may only be specified while providing tools"},
      {"name", kOpus, R"({"tools":[{"name":"a.b","input_schema":{"type":"object"}}]})",
       "tools.0.custom.name: String should match pattern"},
      {"no schema", kOpus, R"({"tools":[{"name":"a"}]})",
       "tools.0.custom.input_schema: Field required"},
      {"no type", kOpus, R"({"tools":[{"name":"a","input_schema":{}}]})",
       "tools.0.custom.input_schema.type: Field required"},
      {"anyOf on top", kOpus,
       R"({"tools":[{"name":"a","input_schema":{"type":"object","anyOf":[]}}]})",
       "tools.0.custom.input_schema: input_schema does not support"},
      {"OpenAI's form", kOpus, R"({"tools":[{"type":"function","function":{"name":"a"}}]})",
       "tools.0: Input tag 'function'"},
      {"twice", kOpus,
       R"({"tools":[{"name":"a","input_schema":{"type":"object"}},
                    {"name":"a","input_schema":{"type":"object"}}]})",
       "tools: Tool names must be unique."},
      {"strict and open", kOpus, strict.c_str(),
       "tools.0.custom.input_schema: For 'object' type, 'additionalProperties'"},
      {"server tool", kOpus, R"({"tools":[{"type":"web_search_20250305","name":"web_search"}]})",
       nullptr},
  });
}

TEST_CASE("properties may have the names of keywords") {
  run({{"properties in properties", kOpus,
        R"({"tools":[{"name":"a","strict":true,"input_schema":{"type":"object",)"
        R"("properties":{"properties":{"type":"string"},"anyOf":{"type":"string"}},)"
        R"("additionalProperties":false}}]})",
        nullptr}});
}

TEST_CASE("strict schemas together may not be too complex") {
  const auto strict = [](int optional) {
    Json properties = Json::object();
    for (int i = 0; i < optional; ++i) properties["p" + std::to_string(i)] = {{"type", "string"}};
    auto out = request_for(kOpus);
    out["tools"] = Json::array(
        {{{"name", "a"},
          {"strict", true},
          {"input_schema",
           {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}}}});
    return check_request(out.dump(), good_headers());
  };
  CHECK_FALSE(strict(24));
  const auto bad = strict(25);
  REQUIRE(bad);
  CHECK(bad->message == "Schema is too complex for compilation.");
}

TEST_CASE("a long chain of references in a schema is refused") {
  const auto chain = [](size_t length) {
    auto out = request_for(kOpus);
    auto schema = nlohmann::ordered_json::parse(R"({"$ref":"#/$defs/d0"})");
    for (size_t i = 0; i < length; ++i)
      schema["$defs"]["d" + std::to_string(i)] = {{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    schema["$defs"]["d" + std::to_string(length)] = {{"type", "string"}};
    out["output_config"]["format"] = {{"type", "json_schema"}, {"schema", schema}};
    return check_request(out.dump(), good_headers());
  };
  CHECK_FALSE(chain(200));
  const auto bad = chain(300);
  REQUIRE(bad);
  CHECK(bad->message == "Schema is too complex for compilation.");
}

TEST_CASE("API version 2026-10-21 takes less") {
  auto headers = good_headers();
  headers[2].second = "2026-10-21";
  const auto cited = request_for(kOpus, R"({"messages":[{"role":"user","content":[
      {"type":"text","text":"x","citations":[{"type":"char_location"}]}]}]})");
  CHECK_FALSE(check_request(cited.dump(), good_headers()));
  CHECK(check_request(cited.dump(), headers));
}

}  // namespace proxx::mock
