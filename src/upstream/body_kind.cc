#include "upstream/body_kind.h"

#include "base/ascii.h"
#include "upstream/curl/head_reader.h"

namespace proxx {
namespace {

tl::unexpected<Error> redirected(const UpstreamHead& head) {
  std::string message = "upstream answered " + std::to_string(head.status) +
                        " with a redirect, which is never followed";
  if (const auto location = find_header(head.headers, "location")) {
    message.append(": ").append(location->substr(0, 200));
  }
  return err(ErrorKind::upstream_redirect, std::move(message));
}

tl::unexpected<Error> unreadable(const std::string& what) {
  return err(ErrorKind::upstream_bad_content_type,
             "upstream answered 200 with " + what + "; expected JSON or an event stream");
}

}  // namespace

Result<BodyKind> body_kind_by_content_type(const UpstreamHead& head) {
  if (head.status >= 300 && head.status < 400) return redirected(head);
  const std::string type = media_type(head.headers);
  const bool is_json = type == "application/json" || type.ends_with("+json");
  if (head.status > 200 && head.status < 300) {
    if (is_json) return BodyKind::error;  // which may say what is wrong
    return err(ErrorKind::upstream_protocol,
               "upstream answered " + std::to_string(head.status) + "; expected 200");
  }
  if (head.status != 200) return BodyKind::error;
  if (has_content_coding(head.headers)) {
    const auto coding = find_header(head.headers, "content-encoding");
    return unreadable("content-encoding " + std::string(coding.value_or("")));
  }
  if (type == "text/event-stream") return BodyKind::events;
  if (is_json) return BodyKind::message;
  if (type == "application/vnd.amazon.eventstream") {
    return err(ErrorKind::upstream_bad_content_type,
               "this endpoint speaks InvokeModel: use upstream: bedrock");
  }
  return unreadable(type.empty() ? "no content-type" : "content-type " + type);
}

std::string media_type(const HeaderList& headers) {
  const auto value = find_header(headers, "content-type");
  if (!value) return {};
  std::string type = lower(value->substr(0, value->find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

}  // namespace proxx
