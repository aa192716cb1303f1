#include "openai/error.h"

#include "base/secret_text.h"
#include "json/writer.h"

namespace proxx {
namespace {

constexpr const char* kInvalid = "invalid_request_error";
constexpr const char* kServer = "server_error";

/// docs/mapping-chat.md 6.9, the rows that are not an upstream's own answer.
constexpr ErrorRow kRows[] = {
    {ErrorKind::usage, 400, kInvalid, nullptr},
    {ErrorKind::invalid_request, 400, kInvalid, nullptr},
    {ErrorKind::request_too_large, 413, kInvalid, "request_too_large"},
    {ErrorKind::unauthorized, 401, kInvalid, "invalid_api_key"},
    {ErrorKind::upstream_status, 502, kServer, nullptr},
    {ErrorKind::upstream_unreachable, 502, kServer, "upstream_unreachable"},
    {ErrorKind::upstream_tls, 502, kServer, "upstream_tls_error"},
    {ErrorKind::upstream_timeout, 504, kServer, "upstream_timeout"},
    {ErrorKind::upstream_redirect, 502, kServer, "upstream_redirect"},
    {ErrorKind::upstream_bad_content_type, 502, kServer, "upstream_bad_content_type"},
    {ErrorKind::upstream_protocol, 502, kServer, "upstream_protocol_error"},
    {ErrorKind::upstream_truncated, 502, kServer, "upstream_stream_truncated"},
    {ErrorKind::upstream_error_event, 500, kServer, nullptr},
    {ErrorKind::upstream_credentials, 502, kServer, "upstream_credentials"},
    {ErrorKind::overloaded, 503, kServer, "overloaded"},
    {ErrorKind::output_failed, 500, kServer, nullptr},
    {ErrorKind::internal, 500, kServer, nullptr},
};

int exit_code_of_status(int status) {
  if (status == 401 || status == 402 || status == 403) return 8;
  if (status == 429) return 9;
  return status >= 400 && status < 500 ? 4 : 5;
}

void write_error(json::Writer& writer, const Error& error) {
  const ErrorRow& row = error_row(error.kind);
  const std::string_view type = error.type.empty() ? row.type : std::string_view(error.type);
  std::string_view code = error.code;
  if (code.empty() && row.code != nullptr) code = row.code;
  writer.begin_object().key("error").begin_object();
  writer.key("message").string(without_keys(error.message)).key("type").string(type);
  const std::string param = without_keys(error.param);
  for (const auto& [key, value] :
       {std::pair<json::Key, std::string_view>("param", param), {"code", code}}) {
    writer.key(key);
    if (value.empty()) {
      writer.null();
    } else {
      writer.string(value);
    }
  }
  writer.end_object().end_object();
}

}  // namespace

const ErrorRow& error_row(ErrorKind kind) {
  for (const ErrorRow& row : kRows) {
    if (row.kind == kind) return row;
  }
  return error_row(ErrorKind::internal);
}

int http_status_of(const Error& error) {
  return error.http_status != 0 ? error.http_status : error_row(error.kind).http_status;
}

std::string error_word(const Error& error) {
  const ErrorRow& row = error_row(error.kind);
  if (!error.code.empty()) return error.code;
  if (row.code != nullptr) return row.code;
  return error.type.empty() ? row.type : error.type;
}

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::invalid_request:
    case ErrorKind::request_too_large:
      return 3;
    case ErrorKind::unauthorized:
    case ErrorKind::upstream_credentials:
      return 8;
    case ErrorKind::upstream_status:
      return exit_code_of_status(http_status_of(error));
    case ErrorKind::upstream_unreachable:
    case ErrorKind::upstream_tls:
      return 6;
    case ErrorKind::upstream_timeout:
      return 7;
    case ErrorKind::upstream_redirect:
    case ErrorKind::upstream_bad_content_type:
    case ErrorKind::upstream_protocol:
    case ErrorKind::upstream_error_event:
      return 5;
    case ErrorKind::upstream_truncated:
      return 10;
    case ErrorKind::overloaded:
    case ErrorKind::output_failed:
    case ErrorKind::internal:
      return 1;
  }
  return 1;
}

std::string error_body(const Error& error) {
  std::string body;
  json::Writer writer(body);
  write_error(writer, error);
  return body;
}

std::string error_frame(const Error& error) {
  return "data: " + error_body(error) + "\n\n";
}

}  // namespace proxx
