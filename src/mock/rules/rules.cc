#include "mock/rules/rules.h"

#include <algorithm>
#include <string>

#include "json/text.h"
#include "mock/rules/check.h"

namespace proxx::mock {
namespace {

std::string_view header(const http::HeaderList& headers, std::string_view name) {
  const auto same = [name](std::string_view other) {
    if (other.size() != name.size()) return false;
    for (size_t i = 0; i < name.size(); ++i)
      if ((other[i] >= 'A' && other[i] <= 'Z' ? other[i] + 32 : other[i]) != name[i]) return false;
    return true;
  };
  for (const auto& [key, value] : headers)
    if (same(key)) return value;
  return {};
}

std::set<std::string, std::less<>> betas_of(const http::HeaderList& headers) {
  std::set<std::string, std::less<>> out;
  std::string_view list = header(headers, "anthropic-beta");
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, end);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) out.emplace(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

/// Betas are named by a word and the day they began: `-2025-06-27`, or without the inner dashes.
bool is_beta_name(std::string_view name) {
  constexpr size_t kDateDigits = 8;
  size_t digits = 0;
  while (!name.empty() && digits < kDateDigits) {
    const char last = name.back();
    if (last >= '0' && last <= '9') {
      ++digits;
    } else if (last != '-') {
      return false;
    }
    name.remove_suffix(1);
  }
  return digits == kDateDigits && name.size() > 1 && name.ends_with('-');
}

Verdict check_key(const http::HeaderList& headers) {
  const std::string_view key = header(headers, "x-api-key");
  const std::string_view authorization = header(headers, "authorization");
  if (key.empty() && authorization.empty()) return api_error(401, "x-api-key header is required");
  // OAuth tokens are taken as Bearer only.
  if (key.starts_with("sk-ant-oat")) return api_error(401, "invalid x-api-key");
  if (key.empty() && (!authorization.starts_with("Bearer ") || authorization.size() == 7))
    return api_error(401, "Invalid bearer token");
  return {};
}

using ContextCheck = Verdict (*)(const Context&);
constexpr ContextCheck kChecks[] = {
    check_body_fields,  check_sampling,      check_thinking,          check_output_config,
    check_tools,        check_schema_limits, check_tool_choice,       check_conversation,
    check_tool_pairing, check_documents,     check_cache_breakpoints, check_thinking_replay,
};

}  // namespace

std::optional<ApiError> check_headers(const http::HeaderList& headers) {
  if (auto bad = check_key(headers)) return bad;
  const std::string_view version = header(headers, "anthropic-version");
  if (version.empty()) return api_error(400, "anthropic-version: header is required");
  if (!has_word("2023-06-01 2026-10-21", version))
    return api_error(400,
                     "anthropic-version: \"" + std::string(version) + "\" is not a valid version");
  for (const std::string& beta : betas_of(headers))
    if (!is_beta_name(beta))
      return api_error(400, "Unexpected value(s) `" + beta + "` for the `anthropic-beta` header.");
  return {};
}

std::optional<ApiError> check_request(std::string_view body, const http::HeaderList& headers,
                                      Endpoint endpoint) {
  if (auto bad = check_headers(headers)) return bad;
  if (!header(headers, "content-type").starts_with("application/json"))
    return api_error(400, "content-type: must be application/json");
  json::Document document;
  if (auto parsed = document.parse(body); !parsed)
    return api_error(400, "The request body is not valid JSON: " + parsed.error().message);
  const Json value = Json::parse(body, nullptr, false);

  Context context;
  context.body = {&value, ""};
  context.version_2026 = header(headers, "anthropic-version") == "2026-10-21";
  context.betas = betas_of(headers);
  context.endpoint = endpoint;
  if (value.is_object()) context.model = find_model(context.body.text("model"));
  for (const ContextCheck check : kChecks)
    if (auto bad = check(context)) return bad;
  return {};
}

}  // namespace proxx::mock
