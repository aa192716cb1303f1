#include "mock/batch_item.h"

#include <algorithm>
#include <set>
#include <utility>

#include "json/reader.h"
#include "mock/rules/check.h"
#include "mock/rules/rules.h"
#include "mock/scenarios/messages.h"
#include "mock/scenarios/scenarios.h"
#include "mock/wire_headers.h"

namespace proxx::mock {
namespace {

constexpr size_t kMaxItems = 100'000;
constexpr size_t kMaxIdBytes = 64;

ApiError refuse(size_t item, std::string_view field, std::string_view what) {
  std::string path = "requests." + std::to_string(item);
  if (!field.empty()) path.append(".").append(field);
  return api_error(400, path + ": " + std::string(what));
}

/// Why an item's envelope is refused at once.
std::optional<ApiError> check_envelope(size_t index, json::Reader item) {
  const json::Reader id = item.get("custom_id");
  if (!item.is_object()) return refuse(index, "", "Input should be a valid dictionary");
  if (!id) return refuse(index, "custom_id", "Field required");
  if (!id.is_string()) return refuse(index, "custom_id", "Input should be a valid string");
  if (!item.get("params").is_object()) return refuse(index, "params", "Field required");
  for (const json::Member& member : item.members()) {
    const std::string_view key = member.raw_key.bytes();
    if (key == "custom_id" || key == "params") continue;
    return refuse(index, key, "Extra inputs are not permitted");
  }
  const std::string_view raw = id.raw_string().bytes();
  if (raw.size() > kMaxIdBytes) {
    return refuse(index, "custom_id", "String should have at most 64 characters");
  }
  if (!is_identifier(raw, kMaxIdBytes)) {
    return refuse(index, "custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
  }
  return {};
}

}  // namespace

BatchItems read_batch_items(std::string_view body) {
  BatchItems out;
  json::Document document;
  if (auto parsed = document.parse_view(body); !parsed) {
    out.error = api_error(400, "The request body is not valid JSON: " + parsed.error().message);
    return out;
  }
  const json::Reader requests = document.root().get("requests");
  if (!requests.is_array() || requests.size() == 0) {
    out.error = api_error(400, "requests: List should have at least 1 item");
    return out;
  }
  if (requests.size() > kMaxItems) {
    out.error = api_error(413, "requests: List should have at most 100000 items");
    return out;
  }
  std::set<std::string_view> ids;
  for (const json::Reader item : requests.elements()) {
    const size_t index = out.items.size();
    out.error = check_envelope(index, item);
    if (out.error) return out;
    out.items.push_back({item.get("custom_id").raw_string().bytes(), item.get("params").raw()});
    if (!ids.insert(out.items.back().custom_id).second) {
      out.error = refuse(index, "custom_id", "custom_id must be unique within a batch");
      return out;
    }
  }
  return out;
}

std::optional<ApiError> check_batch_item(std::string_view params, const http::HeaderList& headers) {
  if (auto bad = check_request(params, headers)) return bad;
  json::Document document;
  if (!document.parse_view(params)) return api_error(400);
  const json::Reader root = document.root();
  if (root.get("stream").boolean_or(false)) {
    return api_error(400, "stream: Streaming is not supported in batches");
  }
  for (const char* field : {"speed", "service_tier"}) {
    if (root.get(field)) return api_error(400, std::string(field) + ": not supported in batches");
  }
  if (root.get("max_tokens").integer_or_none() == 0) {
    return api_error(400, "max_tokens: Input should be greater than or equal to 1");
  }
  return {};
}

std::string batch_item_result(std::string_view params, const std::string& script, uint64_t number) {
  Asked asked = read_request(params);
  asked.number = number;
  const std::string name = script.empty() ? choose_scenario(asked) : script;
  const auto scenarios = message_scenarios();
  const auto scenario = std::find_if(scenarios.begin(), scenarios.end(),
                                     [&](const auto& each) { return each.name == name; });
  if (scenario == scenarios.end()) {
    const Answer other = answer(name, asked);
    if (other.status >= 400) {
      return R"({"type":"errored","error":)" + other.pieces.front() + "}";
    }
  }
  const Message message =
      scenario == scenarios.end() ? make_text_message(asked) : make_message(*scenario, asked);
  std::string json = render_json(message);
  constexpr std::string_view kStandard = R"("service_tier":"standard")";
  if (const size_t at = json.rfind(kStandard); at != std::string::npos) {
    json.replace(at, kStandard.size(), R"("service_tier":"batch")");
  }
  return R"({"type":"succeeded","message":)" + json + "}";
}

std::string batch_item_error(const ApiError& error, uint64_t number) {
  return R"({"type":"errored","error":)" + error_body(error, request_id(number)) + "}";
}

}  // namespace proxx::mock
