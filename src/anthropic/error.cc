#include "anthropic/error.h"

#include <utility>

#include "anthropic/event.h"
#include "base/utf8.h"
#include "json/reader.h"

namespace proxx::anthropic {
namespace {

ApiError decode_error(json::Reader error) {
  return {error.get("type").string_or(""), error.get("message").string_or(""),
          error.get("details").get("error_code").string_or("")};
}

}  // namespace

ApiError decode_error_body(std::string_view body) {
  json::Document document;
  if (!document.parse(body, kUpstreamJson) &&
      !document.parse(utf8::repaired(body), kUpstreamJson)) {
    return {};
  }
  const json::Reader root = document.root();
  ApiError error = decode_error(root.get("error"));
  for (const json::Reader elsewhere : {root.get("error"), root.get("message")}) {
    if (error.message.empty()) error.message = elsewhere.string_or("");
  }
  return error;
}

Error event_error(std::string_view error_json) {
  json::Document document;
  ApiError reported;
  if (document.parse(error_json, kUpstreamJson)) reported = decode_error(document.root());
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
