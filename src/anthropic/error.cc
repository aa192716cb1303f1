#include "anthropic/error.h"

#include <algorithm>
#include <utility>

#include "anthropic/event.h"
#include "base/utf8.h"
#include "json/reader.h"

namespace proxx::anthropic {
namespace {

/// FastAPI's list of what is wrong where: `body.messages.0.role: field required; ...`.
std::string joined(json::Reader list) {
  constexpr size_t kMaxBytes = 4096;
  std::string out;
  for (const json::Reader each : list.elements()) {
    std::string clause;
    for (const json::Reader step : each.get("loc").elements()) {
      if (!clause.empty()) clause.push_back('.');
      clause.append(step.is_string() ? step.string_or("") : std::string(step.raw()));
    }
    const std::string message = each.get("msg").string_or(each.string_or(""));
    if (message.empty()) continue;
    if (!clause.empty()) clause.append(": ");
    out.append(out.empty() ? "" : "; ").append(clause).append(message);
    if (out.size() > kMaxBytes) break;
  }
  return out;
}

/// Google answers a stream's request with a list of one.
json::Reader only_element(json::Reader root) {
  return root.is_array() ? root.at(0) : root;
}

ApiError read_error(json::Reader root) {
  root = only_element(root);
  if (root.is_string()) return {{}, root.string_or(""), {}};
  const json::Reader inner = root.get("error");
  const json::Reader error = inner.is_object() ? inner : root;
  const json::Reader detail = error.get("detail");
  ApiError out{error.get("type").string_or(""), inner.string_or(""),
               error.get("details").get("error_code").string_or("")};
  if (out.message.empty()) out.message = error.get("message").string_or("");
  if (out.message.empty()) out.message = detail.is_array() ? joined(detail) : detail.string_or("");
  if (out.message.empty()) out.message = root.get("message").string_or("");
  if (out.type == "error") out.type.clear();  // of the object around it
  return out;
}

}  // namespace

bool is_error(json::Reader root) {
  root = only_element(root);
  if (!root.is_object()) return false;
  const json::Reader error = root.get("error");
  const json::Reader detail = root.get("detail");
  return error.is_object() || error.is_string() || detail.is_string() || detail.is_array() ||
         root.get("message").is_string();
}

ApiError decode_error_body(std::string_view body) {
  json::Document document;
  if (!document.parse(body, kUpstreamJson) &&
      !document.parse(utf8::repaired(body), kUpstreamJson)) {
    return {};
  }
  return read_error(document.root());
}

std::string request_id_in(std::string_view body) {
  constexpr size_t kMaxId = 128;
  json::Document document;
  if (!document.parse(body, kUpstreamJson)) return {};
  const std::string id = document.root().get("request_id").string_or("");
  const bool plain =
      std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return plain && id.size() <= kMaxId ? id : "";
}

Error event_error(std::string_view error_json) {
  json::Document document;
  ApiError reported;
  if (document.parse(error_json, kUpstreamJson)) reported = read_error(document.root());
  if (reported.message.empty()) {
    reported.message = "upstream reported an error without a message";
  }
  Error error(ErrorKind::upstream_error_event, std::move(reported.message));
  error.type = std::move(reported.type);
  error.code = std::move(reported.error_code);
  return error;
}

Error protocol_error(std::string what) {
  return {ErrorKind::upstream_protocol, "malformed answer from upstream: " + what};
}

}  // namespace proxx::anthropic
