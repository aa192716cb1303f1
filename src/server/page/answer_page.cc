#include "server/page/answer_page.h"

#include <string>
#include <utility>

#include "exchange/jobs.h"
#include "exchange/protocols.h"
#include "json/reader.h"
#include "json/text.h"
#include "server/page/document.h"
#include "server/page/page_json.h"

namespace proxx::server {
namespace {

Error no_such_request() {
  Error error;
  error.kind = ErrorKind::invalid_request;
  error.http_status = 404;
  error.code = "not_found";
  error.message = "this request is not kept any more";
  return error;
}

Error too_long_to_show() {
  Error error;
  error.kind = ErrorKind::request_too_large;
  error.http_status = 413;
  error.message = "the page converts up to 256 KiB; use `proxx convert request`";
  return error;
}

/// The `on` of `{"on":true}`. Errors: `invalid_request`.
Result<bool> switch_of(std::string_view body) {
  json::Document document;
  PROXX_TRY(document.parse_view(body));
  const json::Reader root = document.root();
  if (!root.is_object()) {
    return err(ErrorKind::invalid_request, R"({"on":true} or {"on":false} expected)");
  }
  return root.get("on").boolean();
}

/// An answer of JSON that is kept nowhere and read by nobody else.
http::Response data(std::string json) {
  http::Response response;
  response.headers = {{"content-type", "application/json"},
                      {"cache-control", "no-store"},
                      {"cross-origin-resource-policy", "same-origin"},
                      {"x-content-type-options", "nosniff"}};
  response.body = std::move(json);
  return response;
}

}  // namespace

void answer_page(PageRoute route, const http::Request& request, Shared& shared,
                 const RequestOptions& conversion, Reply& reply) {
  switch (route) {
    case PageRoute::none:
    case PageRoute::events:
    case PageRoute::document:
      return reply.send(page_document());
    case PageRoute::requests:
      return reply.send(
          data(page_snapshot(shared.page, *conversion.models, shared.metrics.open_streams())));
    case PageRoute::request: {
      const auto kept = shared.page.find(page_request_id(request.path()));
      return kept ? reply.send(data(page_details(*kept, *conversion.models)))
                  : reply.send_error(no_such_request());
    }
    case PageRoute::recording: {
      const auto on = switch_of(request.body);
      if (!on) return reply.send_error(on.error());
      shared.page.record_bodies(*on);
      return reply.send(data(*on ? R"({"recording":true})" : R"({"recording":false})"));
    }
    case PageRoute::convert: {
      if (request.body.size() > kLoopBytes) return reply.send_error(too_long_to_show());
      return reply.send(data(page_conversion(convert_request(request.body, nullptr, conversion))));
    }
  }
}

}  // namespace proxx::server
