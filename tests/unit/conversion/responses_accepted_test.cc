// Generated Responses requests to every model go through the converter to the mock's rules, which
// are written from the upstream's documentation and know nothing of the converter.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "mock/rules/rules.h"
#include "openai/responses/request.h"
#include "openai/responses/sealed.h"
#include "unit/conversion/request_generator.h"

namespace proxx::test {
namespace {

using openai::responses::ConvertedResponsesRequest;
using openai::responses::seal;

/// A generated chat request in the words of Responses. Every second function is a namespace's.
class Translator {
 public:
  explicit Translator(Json chat) : chat_(std::move(chat)) {}

  Json request() {
    copy_fields();
    for (const char* list : {"tools", "functions"}) {
      for (const Json& tool : chat_.value(list, Json::array())) add_tool(tool);
    }
    if (!children_.empty()) {
      out_["tools"].push_back({{"type", "namespace"},
                               {"name", "ns.1"},
                               {"description", "Some."},
                               {"tools", children_}});
    }
    if (chat_.contains("tool_choice")) out_["tool_choice"] = tool_choice(chat_["tool_choice"]);
    out_["input"] = Json::array();
    for (const Json& message : chat_["messages"]) add_message(message);
    return out_;
  }

 private:
  void copy_fields() {
    for (const char* name : {"model",
                             "temperature",
                             "top_p",
                             "user",
                             "safety_identifier",
                             "metadata",
                             "service_tier",
                             "store",
                             "stream",
                             "parallel_tool_calls",
                             "top_k",
                             "thinking",
                             "output_config",
                             "system",
                             "cache_control",
                             "stop_sequences",
                             "prompt_cache_key",
                             "prompt_cache_retention",
                             "prompt_cache_options",
                             "moderation"}) {
      if (chat_.contains(name)) out_[name] = chat_[name];
    }
    for (const char* name : {"max_tokens", "max_completion_tokens"}) {
      if (chat_.contains(name)) out_["max_output_tokens"] = chat_[name];
    }
    if (chat_.contains("reasoning_effort")) {
      out_["reasoning"] = {{"effort", chat_["reasoning_effort"]}, {"summary", "auto"}};
    } else if (chat_.contains("reasoning")) {
      out_["reasoning"] = {{"summary", "concise"}};
    }
    if (chat_.contains("verbosity")) out_["text"]["verbosity"] = chat_["verbosity"];
    if (chat_.contains("response_format")) {
      Json format = chat_["response_format"].value("json_schema", Json::object());
      format["type"] = chat_["response_format"]["type"];
      out_["text"]["format"] = format;
    }
    if (chat_.contains("web_search_options")) {
      out_["tools"].push_back({{"type", "web_search"}, {"search_context_size", "low"}});
      out_["max_tool_calls"] = 2;
    }
    if (chat_.contains("seed")) out_["tools"].push_back({{"type", "apply_patch"}});
    if (chat_.contains("logit_bias")) out_["tools"].push_back({{"type", "file_search"}});
  }

  void add_tool(const Json& tool) {
    if (tool.contains("input_schema")) {
      out_["tools"].push_back(tool);
      return;
    }
    const bool custom = tool.value("type", "function") == "custom";
    Json flat = custom ? tool["custom"] : tool.contains("function") ? tool["function"] : tool;
    flat["type"] = custom ? "custom" : "function";
    if (flat.contains("format") && flat["format"].contains("grammar")) {
      Json grammar = flat["format"]["grammar"];
      grammar["type"] = "grammar";
      flat["format"] = grammar;
    }
    if (tool.contains("cache_control")) flat["cache_control"] = tool["cache_control"];
    const bool child = !custom && out_.value("tools", Json::array()).size() % 2 == 1;
    if (child) in_space_.insert(flat["name"].get<std::string>());
    (child ? children_ : out_["tools"]).push_back(flat);
  }

  [[nodiscard]] Json named(const Json& choice) const {
    const std::string kind = choice["type"];
    Json out = {{"type", kind}, {"name", choice[kind]["name"]}};
    if (in_space_.count(out["name"]) > 0) out["namespace"] = "ns.1";
    return out;
  }

  [[nodiscard]] Json tool_choice(const Json& choice) const {
    if (!choice.is_object()) return choice;
    if (choice["type"] != "allowed_tools") return named(choice);
    const Json& allowed = choice["allowed_tools"];
    return {{"type", "allowed_tools"},
            {"mode", allowed["mode"]},
            {"tools", Json::array({named(allowed["tools"][0])})}};
  }

  void add_message(const Json& message) {
    const std::string role = message["role"];
    if (role == "tool" || role == "function") {
      const std::string id = role == "tool" ? message["tool_call_id"].get<std::string>() : last_id_;
      Json output = {
          {"type", custom_ids_.count(id) > 0 ? "custom_tool_call_output" : "function_call_output"},
          {"call_id", id},
          {"output", content(message, "input_text")}};
      if (message.contains("cache_control")) output["cache_control"] = message["cache_control"];
      out_["input"].push_back(output);
      return;
    }
    if (role == "assistant") return add_answer(message);
    if (message["content"].is_array() && !message["content"].empty() &&
        message["content"][0]["type"] == "tool_result") {
      const Json& result = message["content"][0];
      return add_message({{"role", "tool"},
                          {"tool_call_id", result["tool_use_id"]},
                          {"content", result["content"]}});
    }
    Json item = {{"role", role}, {"content", content(message, "input_text")}};
    if (message.contains("cache_control")) item["cache_control"] = message["cache_control"];
    out_["input"].push_back(item);
  }

  /// Parts in Anthropic's own form become items.
  void add_answer(Json message) {
    Json calls = Json::array();
    if (message["content"].is_array()) {
      Json texts = Json::array();
      Json thinking = Json::array();
      for (const Json& part : message["content"]) {
        if (part["type"] == "tool_use") {
          calls.push_back({{"id", part["id"]}, {"name", part["name"]}, {"arguments", "{}"}});
        } else if (part["type"] == "thinking") {
          thinking.push_back(part);
        } else {
          texts.push_back(part);
        }
      }
      message["content"] = texts;
      if (!thinking.empty()) message["thinking_blocks"] = thinking;
    }
    add_items(message);
    for (Json& call : calls) {
      const std::string id = call["id"];
      call.erase("id");
      add_call(id, call);
    }
  }

  void add_items(const Json& message) {
    if (message.contains("thinking_blocks")) {
      out_["input"].push_back({{"type", "reasoning"},
                               {"id", "rs_01_0"},
                               {"summary", Json::array()},
                               {"encrypted_content", seal(message["thinking_blocks"].dump())}});
    } else if (message.contains("reasoning_details")) {
      out_["input"].push_back(
          {{"type", "reasoning"}, {"summary", Json::array()}, {"encrypted_content", "gAAAAB"}});
    }
    Json text = content(message, "output_text");
    if (message.contains("refusal")) {
      text = Json::array({{{"type", "refusal"}, {"refusal", message["refusal"]}}});
    }
    Json item = {{"type", "message"}, {"role", "assistant"}, {"content", text}};
    if (message.contains("cache_control")) item["cache_control"] = message["cache_control"];
    if (!text.is_null()) out_["input"].push_back(item);
    for (const Json& call : message.value("tool_calls", Json::array())) {
      add_call(call["id"], call[call["type"].get<std::string>()]);
    }
    if (message.contains("function_call")) {
      last_id_ = "legacy " + std::to_string(out_["input"].size());
      add_call(last_id_, message["function_call"]);
    }
  }

  void add_call(const std::string& id, const Json& callee) {
    const bool custom = callee.contains("input");
    Json item = callee;
    item["type"] = custom ? "custom_tool_call" : "function_call";
    item["call_id"] = id;
    if (in_space_.count(item["name"]) > 0) item["namespace"] = "ns.1";
    if (custom) custom_ids_.insert(id);
    out_["input"].push_back(item);
  }

  static Json content(const Json& message, const char* text_type) {
    Json out = message.value("content", Json());
    if (!out.is_array()) return out;
    for (Json& part : out) part = translated(part, text_type);
    return out;
  }

  static Json translated(const Json& part, const char* text_type) {
    Json out;
    if (part["type"] == "image_url") {
      out = {{"type", "input_image"}, {"image_url", part["image_url"]["url"]}};
    } else if (part["type"] == "file") {
      out = part["file"];
      out["type"] = "input_file";
    } else if (part["type"] == "refusal") {
      return part;
    } else {
      out = {{"type", text_type}, {"text", part.value("text", "a part in Anthropic's own form")}};
    }
    for (const char* name : {"cache_control", "prompt_cache_breakpoint"}) {
      if (part.contains(name)) out[name] = part[name];
    }
    return out;
  }

  Json chat_;
  Json out_;
  Json children_ = Json::array();
  std::set<std::string> in_space_;
  std::set<std::string> custom_ids_;
  std::string last_id_;
};

/// What is right to refuse of requests that OpenAI would take.
struct RightRefusal {
  const char* param;
  const char* message;  ///< begins with it
};
constexpr RightRefusal kRightRefusals[] = {
    {"tool_choice", "a tool cannot be forced while thinking.type is enabled"},
    {"text.format", "the schema cannot be enforced: "},
};

bool is_right_refusal(const Error& error) {
  return error.kind == ErrorKind::invalid_request &&
         std::any_of(std::begin(kRightRefusals), std::end(kRightRefusals), [&](const auto& row) {
           return error.param.rfind(row.param, 0) == 0 && error.message.rfind(row.message, 0) == 0;
         });
}

http::HeaderList headers_of(const ConvertedResponsesRequest& converted,
                            const std::string& version) {
  http::HeaderList headers = {{"x-api-key", "sk-ant-test"},
                              {"content-type", "application/json"},
                              {"anthropic-version", version}};
  std::string betas;
  for (const std::string& beta : converted.betas) betas += (betas.empty() ? "" : ",") + beta;
  if (!betas.empty()) headers.emplace_back("anthropic-beta", betas);
  return headers;
}

bool has_losses(const ConvertedResponsesRequest& converted) {
  return std::any_of(converted.notices.begin(), converted.notices.end(),
                     [](const Notice& notice) { return notice.kind != Notice::Kind::note; });
}

TEST_CASE("the upstream refuses no Responses request that the converter lets through") {
  static const ModelTable models;
  size_t requests = 0;
  size_t refused = 0;
  size_t strict_accepted = 0;
  std::map<std::string, size_t> reasons;
  uint32_t seed = 1'000'000;
  for (const Model& row : models.rows()) {
    for (int i = 0; i < 40; ++i) {
      const std::string request =
          Translator(RequestGenerator(++seed).request(row.id)).request().dump();
      CAPTURE(request);
      RequestOptions options;
      options.models = &models;
      options.anthropic_version = seed % 2 == 0 ? "2023-06-01" : "2026-10-21";
      options.web_search = seed % 3 == 0;
      ++requests;
      const auto converted = openai::responses::convert_request(request, options);
      options.on_lossy = OnLossy::error;
      const auto strict = openai::responses::convert_request(request, options);
      CHECK(bool(strict) == (converted && !has_losses(*converted)));
      if (strict) {
        ++strict_accepted;
        CHECK(strict->body == converted->body);
      } else {
        CHECK_FALSE(strict.error().param.empty());
      }
      if (!converted) {
        ++refused;
        CHECK_MESSAGE(is_right_refusal(converted.error()),
                      (converted.error().param + ": " + converted.error().message));
        ++reasons[converted.error().message.substr(0, 40)];
        continue;
      }
      CAPTURE(converted->body);
      const auto bad =
          mock::check_request(converted->body, headers_of(*converted, options.anthropic_version));
      CHECK_MESSAGE(!bad, (bad ? bad->message : ""));
    }
  }
  MESSAGE(requests << " requests, " << refused << " refused, " << strict_accepted << " lossless");
  for (const auto& [reason, count] : reasons) MESSAGE(count << " times: " << reason);
  CHECK(refused * 2 < requests);
  CHECK(strict_accepted > 10);
}

}  // namespace
}  // namespace proxx::test
