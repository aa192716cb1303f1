// Every field of a request with every JSON type that it cannot have (docs/faults.md A16).
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "openai/chat/request.h"

namespace proxx {
namespace {

using Json = nlohmann::ordered_json;

/// A request with every known field; each value is legal.
const char* const kFull = R"({
  "model": "claude-sonnet-4-6", "max_tokens": 4000, "max_completion_tokens": 4000,
  "temperature": 0.5, "top_p": 1, "top_k": 3, "stop": ["x"], "stop_sequences": ["y"], "n": 1,
  "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": true},
  "tools": [
    {"type": "function", "cache_control": {"type": "ephemeral"}, "function": {"name": "f",
      "description": "d", "parameters": {"type": "object", "properties": {}}, "strict": true}},
    {"type": "custom", "custom": {"name": "c", "description": "d", "format": {"type": "grammar",
      "grammar": {"syntax": "lark", "definition": "x"}}}},
    {"name": "n", "input_schema": {}, "cache_control": {}}],
  "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto",
    "tools": [{"type": "function", "function": {"name": "f"}}]}},
  "parallel_tool_calls": true, "response_format": {"type": "json_schema", "json_schema":
    {"name": "n", "description": "d", "strict": false, "schema": {"type": "object"}}},
  "reasoning_effort": "low", "reasoning": {"effort": "low", "max_tokens": 2000, "enabled": true,
    "exclude": false}, "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"},
  "verbosity": "low", "safety_identifier": "s", "user": "u", "metadata": {"k": "v"}, "seed": 1,
  "logit_bias": {"1": 2}, "presence_penalty": 1, "frequency_penalty": 1, "logprobs": false,
  "top_logprobs": 0, "prediction": {}, "modalities": ["text"], "audio": {}, "store": true,
  "service_tier": "auto", "prompt_cache_key": "k", "prompt_cache_retention": "24h",
  "prompt_cache_options": {"mode": "explicit", "ttl": "30m"}, "cache_control": {},
  "web_search_options": {"search_context_size": "low", "user_location": {"type": "approximate",
    "approximate": {"city": "c", "country": "c", "region": "r", "timezone": "t"}}},
  "moderation": {}, "system": [{"type": "text", "text": "t", "cache_control": {}}],
  "container": "c", "context_management": {}, "mcp_servers": [], "fallbacks": [], "speed": "fast",
  "inference_geo": "eu", "diagnostics": {}, "anthropic_beta": ["a"], "betas": ["b"],
  "messages": [
    {"role": "system", "content": [{"type": "text", "text": "s"}], "name": "n"},
    {"role": "user", "name": "n", "cache_control": {}, "content": [
      {"type": "text", "text": "t", "cache_control": {}, "prompt_cache_breakpoint": {"mode": "explicit"}},
      {"type": "image_url", "image_url": {"url": "https://example.org/x.png", "detail": "low"}},
      {"type": "file", "file": {"file_id": "f", "filename": "n"}},
      {"type": "image", "source": {"type": "base64", "data": "aaaa"}, "cache_control": {}},
      {"type": "document", "source": {}, "prompt_cache_breakpoint": {"mode": "explicit"}}]},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "s"},
      {"type": "redacted_thinking", "data": "d"}, {"type": "text", "text": "t", "citations": []},
      {"type": "tool_use", "id": "3", "name": "n", "input": {}}, {"type": "refusal", "refusal": "r"}],
      "refusal": "r", "audio": {}, "name": "n", "reasoning_content": "r", "reasoning": "r",
      "thinking_blocks": [{"type": "thinking", "thinking": "t", "signature": "s"}],
      "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "2", "type": "custom", "custom": {"name": "c", "input": "i"}}],
      "function_call": {"name": "f", "arguments": "{}"}},
    {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "t"}]},
    {"role": "tool", "tool_call_id": "2", "content": [
      {"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "3", "is_error": false,
      "cache_control": {}, "content": [{"type": "text", "text": "t"}]}]},
    {"role": "function", "name": "f", "content": "t"}]})";

/// The legacy fields, which exclude tools.
const char* const kLegacy = R"({
  "model": "claude-sonnet-4-6", "functions": [{"name": "f", "description": "d", "parameters": {}}],
  "function_call": {"name": "f"}, "system": "s", "betas": "b", "tool_choice": null,
  "messages": [{"role": "user", "content": "t"}, {"role": "assistant", "content": "t",
    "reasoning_details": [{"type": "reasoning.text", "text": "t", "signature": "s", "format": "f"},
      {"type": "reasoning.encrypted", "data": "d"}]}, {"role": "user", "content": "t"}]})";

/// Fields whose inside belongs to the upstream, or that take several types; and the types.
struct Loose {
  std::string_view path;
  std::string_view types;  ///< of n(umber) s(tring) b(oolean) a(rray) o(bject)
};
constexpr Loose kLoose[] = {
    {"stop", "sa"},
    {"stop_sequences", "sa"},
    {"tool_choice", "so"},
    {"function_call", "so"},
    {"system", "sa"},
    {"container", "so"},
    {"anthropic_beta", "sa"},
    {"betas", "sa"},
    {"messages[].content", "sa"},
    {"messages[].content[].content", "sa"},
    {"messages[].content[].source.type", "nsbao"},
    {"messages[].reasoning_details[].type", "nsbao"},  // an entry of another kind is passed over
    {"messages[].thinking_blocks[].type", "nsbao"},
    {"tools[].function.parameters.properties", "nsbao"},
    {"response_format.json_schema.schema.type", "nsbao"},  // not enforced then, with a notice
    {"web_search_options.user_location.type", "nsbao"},
    {"tool_choice.allowed_tools.tools[].type", "nsbao"},
};

std::string without_indices(const std::string& path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    out.push_back(path[i]);
    if (path[i] == '[') i = path.find(']', i) - 1;
  }
  return out;
}

struct Wrong {
  char letter;
  Json value;
};
const Wrong kWrong[] = {
    {'n', 7}, {'s', "x"}, {'b', true}, {'a', Json::array()}, {'o', Json::object()}};

char letter_of(const Json& value) {
  if (value.is_number()) return 'n';
  if (value.is_string()) return 's';
  if (value.is_boolean()) return 'b';
  return value.is_array() ? 'a' : 'o';
}

struct Tally {
  int cases = 0;
  ModelTable models;
};

void expect_refused(Tally& tally, const Json& request, const std::string& path, char letter) {
  RequestOptions options;
  options.models = &tally.models;
  options.web_search = true;
  const auto converted = convert_request(request.dump(), options);
  ++tally.cases;
  CAPTURE(path);
  CAPTURE(std::string(1, letter));
  if (converted) {
    FAIL_CHECK("accepted");
    return;
  }
  CHECK(converted.error().kind == ErrorKind::invalid_request);
  CHECK(converted.error().param == path);
}

void walk(Tally& tally, Json& request, Json& value, const std::string& path) {
  std::string_view legal;
  for (const Loose& loose : kLoose) {
    if (loose.path == without_indices(path)) legal = loose.types;
  }
  const Json original = value;
  for (const Wrong& wrong : kWrong) {
    const bool fits =
        wrong.letter == letter_of(original) || legal.find(wrong.letter) != std::string_view::npos;
    if (fits || path.empty()) continue;
    value = wrong.value;
    expect_refused(tally, request, path, wrong.letter);
  }
  value = original;
  if (value.is_object()) {
    for (auto& [key, member] : value.items()) {
      if (!member.is_null()) walk(tally, request, member, path.empty() ? key : path + '.' + key);
    }
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      walk(tally, request, value[i], path + '[' + std::to_string(i) + ']');
    }
  }
}

TEST_CASE("A16: every field of every wrong type is refused under its own path") {
  Tally tally;
  for (const char* text : {kFull, kLegacy}) {
    Json request = Json::parse(text);
    RequestOptions options;
    options.models = &tally.models;
    options.web_search = true;
    const auto converted = convert_request(request.dump(), options);
    REQUIRE_MESSAGE(converted,
                    (converted ? "" : converted.error().param + converted.error().message));
    walk(tally, request, request, "");
  }
  CHECK(tally.cases > 400);
}

}  // namespace
}  // namespace proxx
