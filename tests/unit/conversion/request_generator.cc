#include "unit/conversion/request_generator.h"

#include <algorithm>
#include <cstdint>

namespace proxx::test {
namespace {

// A white pixel, and a PDF in name.
constexpr const char* kPng = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk";
constexpr const char* kPdf = "JVBERi0xLjQKJSVFT0YK";

}  // namespace

Json RequestGenerator::request(const std::string& model) {
  Json request = {{"model", model}};
  add_tools(request);
  add_tool_choice(request);
  if (chance(2)) add_settings(request);
  if (chance(2)) add_sampling(request);
  if (chance(2)) add_reasoning(request);
  if (chance(6)) request["response_format"] = response_format();
  add_messages(request);
  if (chance(12)) add_native(request);
  return request;
}

Json RequestGenerator::plain_request(const std::string& model) {
  Json request = {{"model", model}, {"max_tokens", 100}};
  add_tools(request);
  add_messages(request);
  return request;
}

void RequestGenerator::add_tools(Json& request) {
  if (chance(4)) return;
  legacy_ = chance(6);
  static const char* const kNames[] = {"look_up", "f", "get-weather", "A1", "search_files_2"};
  for (const char* name : kNames) {
    if (chance(3)) continue;
    const bool custom = !legacy_ && chance(4);
    const bool native = !legacy_ && !custom && chance(4);
    (custom ? custom_tools_ : tools_).emplace_back(name);
    Json tool = custom ? custom_tool(name) : native ? native_tool(name) : function_tool(name);
    if (legacy_) {
      Json function = tool["function"];
      function.erase("strict");
      request["functions"].push_back(function);
    } else {
      maybe_cache(tool, 10);
      request["tools"].push_back(tool);
    }
  }
}

Json RequestGenerator::function_tool(const std::string& name) {
  Json function = {{"name", name}};
  if (chance(2)) function["description"] = text();
  if (!chance(5)) function["parameters"] = parameters();
  if (chance(3)) function["strict"] = !chance(4);
  return {{"type", "function"}, {"function", function}};
}

/// In Anthropic's own form.
Json RequestGenerator::native_tool(const std::string& name) {
  Json tool = {{"name", name},
               {"input_schema", {{"type", "object"}, {"properties", {{"a", property(2)}}}}}};
  if (chance(2)) tool["type"] = "custom";
  if (chance(2)) tool["description"] = "Looks " + name + " up";
  return tool;
}

Json RequestGenerator::custom_tool(const std::string& name) {
  Json custom = {{"name", name}};
  if (chance(2)) custom["description"] = text();
  if (chance(3)) custom["format"] = {{"type", "text"}};
  if (chance(3)) {
    custom["format"] = {{"type", "grammar"},
                        {"grammar", {{"syntax", "regex"}, {"definition", "[a-z]+\"\\d"}}}};
  }
  return {{"type", "custom"}, {"custom", custom}};
}

Json RequestGenerator::parameters() {
  if (chance(8)) return Json::object();
  if (chance(20)) {
    return {{"$ref", "#/$defs/all"},
            {"$defs", {{"all", {{"type", "object"}, {"properties", {{"a", property(1)}}}}}}}};
  }
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  if (chance(8)) schema.erase("type");
  static const char* const kNames[] = {"city", "n", "properties", "required", "\xC3\xA9", "$ref"};
  Json required = Json::array();
  for (const char* name : kNames) {
    if (chance(2)) continue;
    schema["properties"][name] = property(0);
    if (chance(2)) required.push_back(name);
  }
  if (chance(2)) schema["required"] = required;
  if (chance(2)) schema["additionalProperties"] = chance(5);
  if (chance(5)) schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  if (chance(6)) {
    static const char* const kCombinators[] = {"anyOf", "oneOf", "allOf"};
    schema[one_of(kCombinators)] = {
        {{"properties", {{"a", property(1)}}}, {"required", {"a"}}},
        {{"type", "object"}, {"properties", {{"a", property(1)}, {"b", property(1)}}}}};
  }
  if (chance(6)) {
    schema["$defs"] = {{"node", {{"type", "object"}, {"properties", {{"leaf", property(2)}}}}}};
    schema["properties"]["node"] = {{"$ref", "#/$defs/node"}};
    // A list of itself cannot be strict.
    if (chance(3)) schema["$defs"]["node"]["properties"]["next"] = {{"$ref", "#/$defs/node"}};
  }
  return schema;
}

Json RequestGenerator::property(int depth) {
  Json schema;
  switch (below(depth < 3 ? 10 : 6)) {
    case 0:
      schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", 20}};
      break;
    case 1:
      schema = {{"type", "integer"}, {"minimum", 0}, {"exclusiveMaximum", 10}, {"default", 3}};
      break;
    case 2:
      schema = {{"type", {"string", "null"}}, {"format", chance(2) ? "date" : "credit-card"}};
      break;
    case 3:
      schema = {{"enum", {"a", "b", nullptr, 1}}};
      break;
    case 4:
      schema = {{"type", "string"}, {"pattern", chance(2) ? "^[a-z]+$" : "^(?=x)\\bx"}};
      break;
    case 5:
      schema = {{"const", 1.5}, {"title", "C"}, {"examples", {1.5}}};
      break;
    case 6:
      schema = {{"type", "array"}, {"items", property(depth + 1)}, {"minItems", below(3)}};
      break;
    case 7:
      schema = {{"type", "object"},
                {"properties", {{"x", property(depth + 1)}, {"anyOf", property(depth + 1)}}},
                {"required", {"x"}}};
      break;
    case 8:
      schema = {{"anyOf", {property(depth + 1), {{"type", "null"}}}}};
      break;
    default:
      schema = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
      break;
  }
  if (chance(4)) schema["description"] = text();
  return schema;
}

void RequestGenerator::add_tool_choice(Json& request) {
  std::vector<std::string> names = tools_;
  names.insert(names.end(), custom_tools_.begin(), custom_tools_.end());
  if (chance(8)) request["parallel_tool_calls"] = chance(2);
  if (chance(2)) return;
  if (names.empty()) {
    if (chance(3)) request["tool_choice"] = chance(2) ? "none" : "auto";
    return;
  }
  const std::string name = names[below(names.size())];
  if (legacy_) {
    if (chance(2)) {
      request["function_call"] = {{"name", name}};
    } else {
      request["function_call"] = chance(2) ? "auto" : "none";
    }
    return;
  }
  const bool custom =
      std::find(custom_tools_.begin(), custom_tools_.end(), name) != custom_tools_.end();
  const char* kind = custom ? "custom" : "function";
  const Json named = {{"type", kind}, {kind, {{"name", name}}}};
  static const char* const kWords[] = {"none", "auto", "required"};
  switch (below(4)) {
    case 0:
      request["tool_choice"] = named;
      break;
    case 1:
      request["tool_choice"] = {
          {"type", "allowed_tools"},
          {"allowed_tools",
           {{"mode", chance(2) ? "auto" : "required"}, {"tools", Json::array({named})}}}};
      break;
    default:
      request["tool_choice"] = one_of(kWords);
      break;
  }
}

void RequestGenerator::add_settings(Json& request) {
  static const char* const kUsers[] = {"",
                                       "u-17",
                                       "someone@example.org",
                                       "@home.town",
                                       "+49 170 1234567",
                                       "+1234567890123456789",
                                       "\xC3\xA9t\xC3\xA9",
                                       "{\"account\":\"a@b.c\"}"};
  static const char* const kTiers[] = {"auto", "default", "flex", "scale", "priority"};
  if (chance(6)) request["user"] = one_of(kUsers);
  if (chance(12)) request["user"] = std::string(300, 'u');
  if (chance(8)) request["safety_identifier"] = one_of(kUsers);
  if (chance(8)) request["metadata"] = {{"user_id", one_of(kUsers)}, {"run", "7"}};
  if (chance(6)) request["service_tier"] = one_of(kTiers);
  if (chance(10)) request["store"] = chance(2);
  if (chance(4)) request["stream"] = chance(2);
  if (request.value("stream", false)) request["stream_options"] = {{"include_usage", chance(2)}};
  if (chance(12)) request["prediction"] = {{"type", "content"}, {"content", text()}};
  if (chance(12)) request["verbosity"] = chance(2) ? "low" : "medium";
  if (chance(12)) request["modalities"] = {"text"};
  if (chance(12)) request["web_search_options"] = {{"search_context_size", "low"}};
  if (chance(12)) request["moderation"] = {{"model", "omni"}};
  if (chance(10)) request["prompt_cache_key"] = "k";
  if (chance(8)) request["prompt_cache_retention"] = chance(2) ? "24h" : "in_memory";
  if (chance(8)) {
    request["prompt_cache_options"] = {{"mode", chance(2) ? "implicit" : "explicit"}};
    if (chance(2)) request["prompt_cache_options"]["ttl"] = "30m";
  }
  if (chance(8)) request["stop"] = chance(2) ? "\n" : "END";
  if (chance(8)) request["stop"] = {"", " ", "\xC2\xA0", "###", "\xE2\x82\xAC"};
}

void RequestGenerator::add_sampling(Json& request) {
  static const double kTemperatures[] = {0, 0.7, 1, 1.5, 2};
  static const double kTopPs[] = {0, 0.5, 0.96, 0.99, 1};
  static const int64_t kMaxTokens[] = {1, 100, 1500, 4096, 30000, 100000, 500000};
  if (chance(3)) request["temperature"] = kTemperatures[below(std::size(kTemperatures))];
  if (chance(4)) request["top_p"] = kTopPs[below(std::size(kTopPs))];
  if (chance(2)) request["max_completion_tokens"] = kMaxTokens[below(std::size(kMaxTokens))];
  if (chance(4)) request["max_tokens"] = kMaxTokens[below(std::size(kMaxTokens))];
  if (chance(12)) request["seed"] = 42;
  if (chance(12)) request["presence_penalty"] = -0.5;
  if (chance(12)) request["frequency_penalty"] = 0;
  if (chance(12)) request["logit_bias"] = {{"50256", -100}};
  if (chance(12)) request["n"] = 1;
  if (chance(12)) request["logprobs"] = chance(2);
  if (chance(12)) request["top_logprobs"] = below(20);
}

void RequestGenerator::add_reasoning(Json& request) {
  static const char* const kEfforts[] = {"none", "minimal", "low", "medium",
                                         "high", "xhigh",   "max"};
  if (chance(3)) request["reasoning_effort"] = one_of(kEfforts);
  if (!chance(6)) return;
  Json reasoning = Json::object();
  if (chance(2)) reasoning["effort"] = one_of(kEfforts);
  if (chance(3)) reasoning["max_tokens"] = 1 + below(40000);
  if (chance(3)) reasoning["enabled"] = chance(2);
  if (chance(3)) reasoning["exclude"] = chance(2);
  request["reasoning"] = reasoning;
}

/// Fields of the Anthropic API that pass through, as models of any generation take them.
void RequestGenerator::add_native(Json& request) {
  static const char* const kTypes[] = {"adaptive", "disabled", "between_tools"};
  static const char* const kEfforts[] = {"low", "high", "xhigh", "max"};
  if (chance(2)) request["thinking"] = {{"type", one_of(kTypes)}};
  // What an explicit budget asks of a history is the client's business.
  if (chance(4) && request["messages"].size() == 1) {
    request["max_completion_tokens"] = chance(4) ? 1500 : 4096;
    request["thinking"] = {{"type", "enabled"}, {"budget_tokens", 1024 << below(6)}};
  }
  if (chance(2)) request["output_config"] = {{"effort", one_of(kEfforts)}};
  if (chance(3)) request["top_k"] = below(50);
  if (chance(3)) request["system"] = text();
  if (chance(3)) request["stop_sequences"] = {"###", ""};
  if (chance(3)) request["context_management"] = {{"edits", Json::array()}};
  if (chance(3) && request.contains("thinking") && request["thinking"]["type"] == "adaptive") {
    request["thinking"]["display"] = "updates";
    request["thinking"]["block_binding"] = {{"prefix_mismatch_behavior", "drop_block"}};
  }
  maybe_cache(request, 2);
}

Json RequestGenerator::response_format() {
  if (chance(4)) return {{"type", "text"}};
  if (chance(3)) {
    Json format = {{"type", "json_object"}};
    if (chance(3)) format["schema"] = parameters();
    return format;
  }
  Json schema = {{"name", "answer"}, {"schema", parameters()}};
  if (chance(2)) schema["strict"] = chance(2);
  if (chance(4)) schema["description"] = text();
  return {{"type", "json_schema"}, {"json_schema", schema}};
}

void RequestGenerator::add_messages(Json& request) {
  Json messages = Json::array();
  while (chance(3)) messages.push_back(system_message());
  if (!messages.empty() && chance(12)) {
    messages.back()["content"] = "Name a colour.";
    request["messages"] = messages;
    return;
  }
  if (messages.empty() && chance(8)) add_round(messages);
  messages.push_back({{"role", "user"}, {"content", "Hi"}});
  while (chance(4)) messages.push_back(user_message());
  for (size_t rounds = below(5); rounds > 0; --rounds) add_round(messages);
  if (chance(5)) messages.push_back(system_message());
  if (chance(8)) messages.push_back({{"role", "assistant"}, {"content", "It is \n\xC2\xA0"}});
  if (chance(2) && messages.back()["role"] == "assistant") add_thinking(messages.back());
  request["messages"] = messages;
}

/// An answer, and what follows it up to where the next one is due.
void RequestGenerator::add_round(Json& messages) {
  if (!tools_.empty() && legacy_ && chance(2)) return add_function_call(messages);
  if (!tools_.empty() && !legacy_ && chance(2)) return add_calls(messages);
  Json answer = {{"role", "assistant"}, {"content", chance(5) ? "" : text()}};
  if (chance(6)) answer["content"] = {{{"type", "text"}, {"text", text()}}};
  if (chance(10)) answer["content"] = {{{"type", "refusal"}, {"refusal", text()}}};
  if (chance(10)) answer = {{"role", "assistant"}, {"content", nullptr}, {"refusal", "No."}};
  if (chance(15)) answer["audio"] = {{"id", "audio_1"}};
  add_thinking(answer);
  maybe_cache(answer, 12);
  messages.push_back(answer);
  if (chance(8)) messages.push_back({{"role", "assistant"}, {"content", text()}});
  if (chance(4)) messages.push_back(system_message());
  do {
    messages.push_back(user_message());
  } while (chance(4));
  if (chance(4)) messages.push_back(system_message());
}

void RequestGenerator::add_calls(Json& messages) {
  Json calls = Json::array();
  std::vector<std::string> ids;
  for (size_t count = 1 + below(3); count > 0; --count) {
    const std::string id = call_id();
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    ids.push_back(id);
    if (!custom_tools_.empty() && chance(3)) {
      calls.push_back({{"id", id},
                       {"type", "custom"},
                       {"custom", {{"name", custom_tools_[0]}, {"input", text()}}}});
    } else {
      calls.push_back(
          {{"id", id},
           {"type", "function"},
           {"function", {{"name", tools_[below(tools_.size())]}, {"arguments", arguments()}}}});
    }
  }
  Json answer = {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", calls}};
  if (chance(2)) answer["content"] = text();
  if (chance(3)) make_native(answer);
  add_thinking(answer);
  maybe_cache(answer, 12);
  messages.push_back(answer);
  for (size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[below(i)]);
  for (const std::string& id : ids) {
    if (chance(10)) messages.push_back(system_message());
    Json result = {{"role", "tool"}, {"tool_call_id", id}, {"content", result_content()}};
    if (chance(4)) {
      Json part = {{"type", "tool_result"}, {"tool_use_id", id}, {"content", result_content()}};
      if (chance(3)) part["is_error"] = false;
      result = {{"role", "user"}, {"content", Json::array({part})}};
    }
    maybe_cache(result, 12);
    messages.push_back(result);
  }
  if (chance(4)) messages.push_back(user_message());
  if (chance(6)) messages.push_back(system_message());
}

/// The calls of functions become parts in Anthropic's own form.
void RequestGenerator::make_native(Json& answer) {
  Json parts = Json::array();
  if (chance(2)) {
    parts.push_back({{"type", "thinking"}, {"thinking", text()}, {"signature", "c2ln"}});
  }
  if (answer["content"].is_string()) {
    parts.push_back({{"type", "text"}, {"text", answer["content"]}});
  }
  Json others = Json::array();
  for (const Json& call : answer["tool_calls"]) {
    if (call["type"] == "custom") {
      others.push_back(call);
      continue;
    }
    parts.push_back({{"type", "tool_use"},
                     {"id", call["id"]},
                     {"name", call["function"]["name"]},
                     {"input", {{"n", 1.5}}}});
  }
  if (!parts.empty()) answer["content"] = parts;
  answer["tool_calls"] = others;
}

void RequestGenerator::add_function_call(Json& messages) {
  const std::string name = tools_[below(tools_.size())];
  Json answer = {{"role", "assistant"},
                 {"content", nullptr},
                 {"function_call", {{"name", name}, {"arguments", arguments()}}}};
  add_thinking(answer);
  messages.push_back(answer);
  messages.push_back({{"role", "function"}, {"name", name}, {"content", text()}});
}

void RequestGenerator::add_thinking(Json& message) {
  if (chance(3)) message["reasoning_content"] = text();
  const std::string signature = chance(8) ? "" : "c2ln";
  if (chance(5)) {
    message["thinking_blocks"] = {
        {{"type", "thinking"}, {"thinking", chance(2) ? "" : text()}, {"signature", signature}}};
    if (chance(3)) {
      message["thinking_blocks"].push_back({{"type", "redacted_thinking"}, {"data", "ZGF0YQ=="}});
    }
  }
  if (chance(5)) {
    message["reasoning_details"] = {{{"type", "reasoning.text"},
                                     {"text", text()},
                                     {"signature", signature},
                                     {"format", "anthropic-claude-v1"},
                                     {"index", below(9)}}};
    if (chance(3)) {
      message["reasoning_details"].push_back(
          {{"type", "reasoning.encrypted"}, {"data", "ZGF0YQ=="}, {"index", 3}});
    }
  }
}

Json RequestGenerator::user_message() {
  Json message = {{"role", "user"}, {"content", chance(8) ? "" : text()}};
  if (chance(2)) {
    message["content"] = Json::array();
    for (size_t count = below(4); count > 0; --count) message["content"].push_back(user_part());
  }
  if (chance(10)) message["name"] = "Ann";
  maybe_cache(message, 10);
  return message;
}

Json RequestGenerator::system_message() {
  Json message = {{"role", chance(2) ? "system" : "developer"}, {"content", text()}};
  if (chance(4)) message["content"] = {{{"type", "text"}, {"text", text()}}};
  maybe_cache(message, 10);
  return message;
}

Json RequestGenerator::user_part() {
  Json part;
  switch (below(11)) {
    case 7:
      part = {
          {"type", "image"},
          {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", base64(kPng)}}}};
      break;
    case 8:
      part = {{"type", "document"},
              {"source",
               {{"type", "base64"}, {"media_type", "application/pdf"}, {"data", base64(kPdf)}}}};
      break;
    case 9:
      part = {{"type", "search_result"},
              {"source", "https://example.org/s"},
              {"title", "s"},
              {"content", {{{"type", "text"}, {"text", "found"}}}}};
      break;
    case 10:
      part = {{"type", "file"},
              {"file",
               {{"file_data", "data:application/json;base64," + base64("eyJhIjoxfQo=")},
                {"filename", "a.json"}}}};
      break;
    case 0:
      part = {{"type", "image_url"},
              {"image_url", {{"url", "https://example.org/a.png?b=\xC3\xA9"}, {"detail", "low"}}}};
      break;
    case 1:
      part = {{"type", "image_url"},
              {"image_url",
               {{"url", (chance(3) ? "data:image/gif;base64," : "data:image/png;base64,") +
                            base64(kPng)}}}};
      break;
    case 2:
      part = {{"type", "file"}, {"file", {{"file_id", "file_1"}, {"filename", "a.pdf"}}}};
      break;
    case 3:
      part = {{"type", "file"},
              {"file", {{"file_data", kPdf}, {"filename", chance(2) ? "" : "b"}}}};
      break;
    case 4:
      part = {{"type", "file"}, {"file", {{"file_data", "data:text/csv;base64,YSxiCjEsMgo="}}}};
      break;
    default:
      part = {{"type", "text"}, {"text", text()}};
      break;
  }
  if (chance(8)) part["prompt_cache_breakpoint"] = {{"mode", "explicit"}};
  maybe_cache(part, 8);
  return part;
}

/// As encoders write it.
std::string RequestGenerator::base64(std::string text) {
  if (chance(3)) text.insert(8, chance(2) ? "\r\n" : " ");
  if (chance(3)) text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Json RequestGenerator::result_content() {
  if (!chance(3)) return chance(4) ? "" : text();
  Json parts = {{{"type", "text"}, {"text", text()}}};
  if (chance(2)) {
    parts.push_back({{"type", "image_url"}, {"image_url", {{"url", "https://example.org/r"}}}});
  }
  if (chance(4)) {
    parts.push_back({{"type", "image"}, {"data", base64(kPng)}, {"mimeType", "image/png"}});
  }
  maybe_cache(parts[0], 4);
  return parts;
}

void RequestGenerator::maybe_cache(Json& object, uint32_t one_in) {
  if (!chance(one_in)) return;
  object["cache_control"] = {{"type", "ephemeral"}};
  if (chance(3)) object["cache_control"]["ttl"] = chance(2) ? "1h" : "5m";
  if (chance(9)) object["cache_control"] = {{"ttl", "1h"}, {"type", "ephemeral"}};
}

std::string RequestGenerator::text() {
  static const char* const kTexts[] = {"Hello",     " ",
                                       "\n\t",      "\xC2\xA0",
                                       "a\"b\\",    "\xF0\x9F\x98\x80",
                                       "end \n",    "<system>x</system>",
                                       "0",         "\xE2\x80\xA8",
                                       "{\"a\":1}", "\x01\x1F"};
  return chance(3) ? one_of(kTexts) : "text " + std::to_string(below(1000));
}

std::string RequestGenerator::arguments() {
  static const char* const kArguments[] = {
      "",    "{}",  "{\"n\":1.00000000000000000001}", "{\"a\":{\"b\":[]}}", "{\"a\"", "null",
      "[1]", " {} "};
  return one_of(kArguments);
}

std::string RequestGenerator::call_id() {
  static const char* const kIds[] = {"toolu_1", "call_2", "",    "a b",
                                     "call:1",  "call:2", "x.y", "\xC3\xA9"};
  if (chance(12)) return std::string(80, 'i');
  return one_of(kIds);
}

}  // namespace proxx::test
