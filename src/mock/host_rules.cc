#include "mock/host_rules.h"

#include <algorithm>
#include <array>

#include "mock/rules/model_rules.h"

namespace proxx::mock {
namespace {

constexpr std::string_view kRuntimeBetas =
    "tool-search-tool-2025-10-19 compact-2026-01-12 computer-use-2025-01-24 "
    "computer-use-2025-11-24 context-1m-2025-08-07 context-management-2025-06-27 "
    "dangerous-tool-use-2026-09-03 effort-2025-11-24 fine-grained-tool-streaming-2025-05-14 "
    "thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 "
    "mid-conversation-output-config-2026-07-01 mid-conversation-tool-changes-2026-07-01";
constexpr std::string_view kMantleBetas =
    "tool-search-tool-2025-10-19 compact-2026-01-12 computer-use-2025-01-24 "
    "computer-use-2025-11-24 context-1m-2025-08-07 context-management-2025-06-27 "
    "dangerous-tool-use-2026-09-03 effort-2025-11-24 fine-grained-tool-streaming-2025-05-14 "
    "thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 "
    "claude-code-20250219 interleaved-thinking-2025-05-14 output-128k-2025-02-19 "
    "per-turn-control-2026-07-01 token-efficient-tools-2025-02-19 tool-examples-2025-10-29";
constexpr std::string_view kVertexBetas =
    "tool-search-tool-2025-10-19 compact-2026-01-12 compact-2026-09-04 computer-use-2025-01-24 "
    "computer-use-2025-11-24 context-1m-2025-08-07 context-management-2025-06-27 "
    "dangerous-tool-use-2026-09-03 interleaved-thinking-2025-05-14 per-turn-control-2026-07-01 "
    "thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 "
    "web-search-2025-03-05";

constexpr std::array kHosts = {
    HostRules{.as = "aws", .fast = false},
    HostRules{.as = "google"},
    HostRules{.as = "bedrock",
              .max_body_bytes = 20'000'000,
              .betas = kRuntimeBetas,
              .structured_outputs = false,
              .strict_tools = false,
              .url_sources = false,
              .server_tools = false,
              .any_user_id = false,
              .counts_tokens = false,
              .has_batches = false,
              .has_models = false},
    HostRules{.as = "mantle",
              .max_body_bytes = 20'000'000,
              .betas = kMantleBetas,
              .structured_outputs = false,
              .strict_tools = false,
              .url_sources = false,
              .server_tools = false,
              .has_batches = false,
              .has_models = false},
    HostRules{.as = "vertex",
              .max_body_bytes = 30'000'000,
              .betas = kVertexBetas,
              .betas_of_messages_only = "web-search-2025-03-05",
              .url_sources = false,
              .old_web_search_only = true,
              .automatic_cache = false,
              .has_batches = false,
              .has_models = false},
    HostRules{.as = "foundry", .has_batches = false, .has_models = false}};

constexpr size_t kDateDigits = 8;

/// A string member, "" if there is none.
std::string_view text(const Json& value, const char* name) {
  return Place{&value, {}}.text(name);
}

/// Whether the upstream would have to fetch a source.
bool has_url_source(const Json& value) {
  if (value.is_object() && value.contains("source") && text(value["source"], "type") == "url") {
    return true;
  }
  return value.is_structured() && std::any_of(value.begin(), value.end(), [](const Json& each) {
           return has_url_source(each);
         });
}

bool is_server_tool(std::string_view type) {
  return type.starts_with("web_search") || type.starts_with("web_fetch") ||
         type.starts_with("code_execution");
}

Verdict check_host_tool(const HostRules& rules, const Json& tool, size_t index) {
  const std::string_view type = text(tool, "type");
  const std::string path = "tools." + std::to_string(index);
  if (!rules.strict_tools && tool.contains("strict")) {
    return api_error(400, path + ".custom.strict: Extra inputs are not permitted");
  }
  const bool wrong_search = rules.old_web_search_only && type != "web_search_20250305";
  if (is_server_tool(type) && (!rules.server_tools || wrong_search)) {
    return api_error(400, path + ": Input tag '" + std::string(type) +
                              "' found using 'type' does not match any of the expected tags: "
                              "'bash_20250124', 'custom', 'text_editor_20250728'");
  }
  return {};
}

Verdict check_host_tools(const HostRules& rules, const Json& body) {
  if (!body.contains("tools") || !body["tools"].is_array()) return {};
  for (size_t i = 0; i < body["tools"].size(); ++i) {
    const Json& tool = body["tools"][i];
    if (!tool.is_object()) continue;
    if (auto bad = check_host_tool(rules, tool, i)) return bad;
  }
  return {};
}

/// What AWS takes as the value of a request's metadata.
bool is_amazon_label(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || std::string_view(" \t\r\n\f\v:_@$#=/+,-.").find(c) != std::string::npos;
  });
}

bool ends_in_date(std::string_view name) {
  const size_t hyphen = name.rfind('-');
  return hyphen != std::string_view::npos && name.size() - hyphen - 1 == kDateDigits &&
         name.find_first_not_of("0123456789", hyphen + 1) == std::string_view::npos;
}

Verdict on_demand(const std::string& name) {
  return api_error(400, "Invocation of model ID " + name +
                            " with on-demand throughput isn\xe2\x80\x99t supported. Retry your "
                            "request with the ID or ARN of an inference profile that contains "
                            "this model.");
}

/// `PROFILE.anthropic.NAME`, and what AWS hangs on older names; or an ARN.
Verdict take_runtime_name(std::string& name) {
  constexpr std::string_view kVendor = "anthropic.";
  std::string rest = name;
  if (name.starts_with("arn:")) {
    rest.erase(0, rest.rfind('/') + 1);
    if (rest.find(kVendor) == std::string::npos) {
      name = "claude-mock-" + rest;
      return {};
    }
  }
  const size_t vendor = rest.find(kVendor);
  if (vendor == std::string::npos || vendor == 0) return on_demand(name);
  rest.erase(0, vendor + kVendor.size());
  std::string plain = rest;
  for (const char* suffix : {"-v1:0", "-v1"}) {
    if (plain.ends_with(suffix)) plain.resize(plain.size() - std::string_view(suffix).size());
  }
  if (const ModelRules* model = find_model(plain)) {
    std::string_view suffix = ends_in_date(model->id) ? "-v1:0" : "";
    if (model->id == "claude-opus-4-6") suffix = "-v1";
    if (rest != std::string(model->id) + std::string(suffix)) {
      return api_error(400, "The provided model identifier is invalid.");
    }
  }
  name = plain;
  return {};
}

/// `anthropic.NAME`, without date.
Verdict take_mantle_name(std::string& name) {
  constexpr std::string_view kVendor = "anthropic.";
  const std::string plain = name.starts_with(kVendor) ? name.substr(kVendor.size()) : "";
  if (plain.empty() || ends_in_date(plain) || plain.ends_with("-4-6")) {
    return api_error(404, "The model '" + name + "' does not exist");
  }
  name = plain;
  return {};
}

/// `NAME`, or `NAME@DATE`.
Verdict take_vertex_name(std::string& name) {
  const size_t at = name.find('@');
  if ((at == std::string::npos && ends_in_date(name)) || name.find('.') != std::string::npos) {
    return api_error(404, "Publisher Model `publishers/anthropic/models/" + name +
                              "` was not found or your project does not have access to it.");
  }
  if (at != std::string::npos) name[at] = '-';
  return {};
}

}  // namespace

const HostRules* find_host_rules(std::string_view as) {
  const auto* const row = std::find_if(kHosts.begin(), kHosts.end(),
                                       [as](const HostRules& each) { return each.as == as; });
  return row == kHosts.end() ? nullptr : row;
}

Verdict check_hosted(const HostRules& rules, const Json& body) {
  const auto no = [](const char* what) { return api_error(400, what); };
  if (auto bad = check_host_tools(rules, body)) return bad;
  const Json config = body.value("output_config", Json());
  if (!rules.structured_outputs && config.is_object() && config.contains("format")) {
    return no("output_config.format: Extra inputs are not permitted");
  }
  if (!rules.automatic_cache && body.contains("cache_control")) {
    return no("cache_control: Extra inputs are not permitted");
  }
  if (!rules.fast && text(body, "speed") == "fast") return no("speed: fast mode is not available");
  if (!rules.url_sources && has_url_source(body))
    return no("messages: URL sources are not supported");
  const Json metadata = body.value("metadata", Json());
  if (!rules.any_user_id && metadata.is_object() && !is_amazon_label(text(metadata, "user_id"))) {
    return no(
        "1 validation error detected: Value at 'requestMetadata' failed to satisfy constraint: "
        "Map value must satisfy constraint: [Member must satisfy regular expression pattern: "
        "[a-zA-Z0-9\\s:_@$#=/+,-.]{0,256}]");
  }
  return {};
}

Verdict check_hosted_betas(const HostRules& rules, std::string_view list, bool counts) {
  if (rules.betas.empty()) return {};
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view beta = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (beta.starts_with(' ')) beta.remove_prefix(1);
    while (beta.ends_with(' ')) beta.remove_suffix(1);
    if (beta.empty()) continue;
    const bool too_much = counts && has_word(rules.betas_of_messages_only, beta);
    if (has_word(rules.betas, beta) && !too_much) continue;
    if (rules.as != "vertex") return api_error(400, "invalid beta flag");
    return api_error(400, "Unexpected value(s) `" + std::string(beta) +
                              "` for the `anthropic-beta` header. Please consult our "
                              "documentation at docs.anthropic.com or try again without the "
                              "header.");
  }
  return {};
}

Verdict take_hosted_name(const HostRules& rules, std::string& name) {
  if (rules.as == "bedrock") return take_runtime_name(name);
  if (rules.as == "mantle") return take_mantle_name(name);
  if (rules.as == "vertex") return take_vertex_name(name);
  // A deployment may have any name.
  if (rules.as == "foundry" && find_model(name) == nullptr) name.insert(0, "claude-mock-");
  return {};
}

}  // namespace proxx::mock
