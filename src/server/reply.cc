#include "server/reply.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "http/guard.h"
#include "json/writer.h"
#include "openai/error.h"

namespace proxx::server {
namespace {

constexpr std::string_view kRequestId = "x-request-id";

/// Anthropic's error types (docs/protocol.md 3). By status; the other ones below 500 are
/// `invalid_request_error`, those above `api_error`.
struct AnthropicType {
  int status;
  std::string_view type;
};
constexpr std::array<AnthropicType, 9> kAnthropicTypes = {{
    {401, "authentication_error"},
    {402, "billing_error"},
    {403, "permission_error"},
    {404, "not_found_error"},
    {413, "request_too_large"},
    {429, "rate_limit_error"},
    {503, "overloaded_error"},
    {504, "timeout_error"},
    {529, "overloaded_error"},
}};

std::string_view anthropic_type(int status) {
  for (const AnthropicType& row : kAnthropicTypes) {
    if (row.status == status) return row.type;
  }
  return status < 500 ? "invalid_request_error" : "api_error";
}

void put_word(json::Writer& writer, json::Key key, std::string_view word) {
  writer.key(key);
  word.empty() ? writer.null() : writer.string(word);
}

std::string anthropic_body(const Error& error, std::string_view request_id) {
  const char* usual_code = error_row(error.kind).code;
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("type").string("error");
  writer.key("error").begin_object();
  writer.key("type").string(anthropic_type(http_status_of(error)));
  writer.key("message").string(without_keys(error.message));
  put_word(writer, "param", without_keys(error.param));
  put_word(writer, "code", error.code.empty() && usual_code != nullptr ? usual_code : error.code);
  writer.end_object();
  writer.key("request_id").string(request_id);
  writer.end_object();
  return out;
}

/// `req_proxx_` and 16 hexadecimal digits.
std::string make_request_id() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "req_proxx_%016llx",
                static_cast<unsigned long long>(generator()));
  return text.data();
}

std::string duration(std::string_view name, std::chrono::microseconds time) {
  std::array<char, 32> text{};
  const auto us = std::max<int64_t>(time.count(), 0);
  std::snprintf(text.data(), text.size(), ";dur=%lld.%lld", static_cast<long long>(us / 1000),
                static_cast<long long>(us / 100 % 10));
  return std::string(name) + text.data();
}

}  // namespace

http::Response error_response(const Error& error, std::string_view path,
                              std::string_view request_id) {
  http::Response response;
  response.status = http_status_of(error);
  response.headers.emplace_back("content-type", "application/json");
  if (response.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  response.body = is_anthropic(path) ? anthropic_body(error, request_id) : error_body(error);
  return response;
}

Reply::Reply(Shared& shared, const std::vector<std::string>& cors, const http::Request& request,
             std::shared_ptr<http::Responder> responder)
    : shared_(shared),
      responder_(std::move(responder)),
      begin_(std::chrono::steady_clock::now()),
      cors_(cors_headers(request, cors)) {
  // A refused request may lack its method, and its target be a URL with a password.
  const std::string_view path = request.path();
  record.method = request.method.empty() ? "-" : request.method;
  record.path = path.starts_with("/") || path == "*" ? path : "-";
  record.endpoint = endpoint_of(path);
  record.request_id = make_request_id();
}

Reply::~Reply() {
  if (started_ && !over_ && is_stream()) shared_.metrics.stream_closed();
  if (capture) shared_.page.end(std::move(*capture), record, {});
}

void Reply::show_on_page(const http::Request& request) {
  capture = shared_.page.begin(request, record);
}

void Reply::note_model(std::string model) {
  record.model = std::move(model);
  if (capture) shared_.page.set_model(*capture, record.model);
}

void Reply::note_body(std::string PageBodies::Texts::*text, std::string_view bytes) {
  if (capture && capture->bodies) capture->bodies->append(text, bytes);
}

http::Response Reply::finish(http::Response response) {
  add_common(response.headers);
  close(response.status);
  return response;
}

void Reply::send(http::Response response) {
  if (over_) return;
  note_body(&PageBodies::Texts::answer, response.body);
  responder_->send(finish(std::move(response)));
}

void Reply::send_error(const Error& error, http::HeaderList headers) {
  if (over_) return;
  http::Response response = error_answer(error);
  std::move(headers.begin(), headers.end(), std::back_inserter(response.headers));
  send(std::move(response));
}

http::Response Reply::error_answer(const Error& error) {
  note_error(error);
  return error_response(error, record.path, record.request_id);
}

void Reply::note_error(const Error& error) {
  record.error = error.kind;
  record.error_word = error_word(error);
}

void Reply::note_first() {
  if (!record.first) record.first = elapsed();
}

void Reply::start(int status, http::HeaderList headers) {
  if (over_ || started_) return;
  started_ = true;
  if (is_stream()) shared_.metrics.stream_opened();
  note_first();
  record.status = status;
  add_common(headers);
  if (capture) {
    const auto type = find_header(headers, "content-type");
    capture->stream = type && type->starts_with("text/event-stream");
    shared_.page.start_answer(*capture, record);
  }
  responder_->start(status, std::move(headers));
}

bool Reply::write(std::string_view bytes) {
  note_body(&PageBodies::Texts::answer, bytes);
  return over_ || responder_->write(bytes);
}

void Reply::end() {
  if (over_) return;
  close(record.status);
  responder_->end();
}

void Reply::abort() {
  if (over_) return;
  close(record.status);
  responder_->abort();
}

void Reply::gone() {
  if (!over_) close(kClientGone);
}

void Reply::add_common(http::HeaderList& headers) {
  const auto id = std::find_if(headers.begin(), headers.end(), [](const auto& field) {
    return same_word(field.first, kRequestId);
  });
  if (id != headers.end()) {
    record.request_id = id->second;
    record.upstream_answered = true;
  } else {
    headers.emplace_back(kRequestId, record.request_id);
  }
  const std::chrono::microseconds total = elapsed();
  headers.emplace_back("server-timing", own_time ? duration("upstream", total - *own_time) + ", " +
                                                       duration("proxx", *own_time)
                                                 : duration("proxx", total));
  headers.insert(headers.end(), cors_.begin(), cors_.end());
  if (capture) capture->answer_headers = kept_headers(headers);
}

void Reply::close(int status) {
  if (over_) return;
  over_ = true;
  if (started_ && is_stream()) shared_.metrics.stream_closed();
  record.status = status;
  record.total = elapsed();
  shared_.metrics.observe(record);
  shared_.log.access(record);
  if (!capture) return;
  shared_.page.end(std::move(*capture), record, own_time.value_or(std::chrono::microseconds{}));
  capture.reset();
}

std::chrono::microseconds Reply::elapsed() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begin_);
}

}  // namespace proxx::server
