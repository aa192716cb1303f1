#include "mock/api_error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "json/writer.h"

namespace proxx::mock {
namespace {

struct StatusRow {
  int status;
  const char* type;
  const char* message;
};

constexpr std::array kStatuses{
    StatusRow{400, "invalid_request_error", "The request was refused by script."},
    StatusRow{401, "authentication_error", "invalid x-api-key"},
    StatusRow{402, "billing_error", "Your credit balance is too low to access the API."},
    StatusRow{403, "permission_error", "Your API key may not use the requested resource."},
    StatusRow{404, "not_found_error", "Not found"},
    StatusRow{405, "invalid_request_error", "Method Not Allowed"},
    StatusRow{409, "conflict_error", "The resource was changed by another request."},
    StatusRow{413, "request_too_large", "Request exceeds the maximum size"},
    StatusRow{422, "invalid_request_error", "The request could not be processed."},
    StatusRow{429, "rate_limit_error", "This request would exceed your rate limit."},
    StatusRow{500, "api_error", "Internal server error"},
    StatusRow{503, "api_error", "Service temporarily unavailable"},
    StatusRow{504, "timeout_error", "The request timed out"},
    StatusRow{529, "overloaded_error", "Overloaded"},
};

}  // namespace

ApiError api_error(int status) {
  const auto* row = std::find_if(kStatuses.begin(), kStatuses.end(),
                                 [&](const StatusRow& each) { return each.status == status; });
  if (row == kStatuses.end())
    return {status, status < 500 ? "invalid_request_error" : "api_error", "Error"};
  return {row->status, row->type, row->message};
}

ApiError api_error(int status, std::string message) {
  ApiError error = api_error(status);
  error.message = std::move(message);
  return error;
}

std::string error_body(const ApiError& error, std::string_view request_id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("type").string("error").key("error").begin_object();
  writer.key("type").string(error.type).key("message").string(error.message).end_object();
  writer.key("request_id").string(request_id).end_object();
  return out;
}

}  // namespace proxx::mock
