#include "server/relay.h"

#include <array>
#include <ctime>
#include <limits>

#include "exchange/answer_headers.h"
#include "server/model_name.h"
#include "server/routes.h"

namespace proxx::server {
namespace {

/// What an Anthropic client reads besides what every client gets (answer_headers.h).
constexpr std::array<std::string_view, 3> kPassed = {"content-type", "content-encoding",
                                                     "request-id"};

}  // namespace

UpstreamRequest relay_request(const ExchangeContext& context, http::Request request,
                              const Credential& credential, const RequestHeaders& headers) {
  UpstreamRequest out;
  out.method = std::move(request.method);
  // A batch that is created twice is paid for twice.
  out.once = out.method == "POST" && endpoint_of(request.path()) == Endpoint::batches;
  out.path = std::move(request.target);
  // Results of a batch may be of any size; nothing of an answer is held here.
  if (out.method == "GET") out.max_answer_bytes = std::numeric_limits<size_t>::max();
  out.headers = upstream_headers(context.headers, credential, headers);
  out.body = std::move(request.body);
  out.timeouts = context.timeouts;
  out.secrets = secrets_of_call(credential, context.secrets);
  return out;
}

RelaySession::RelaySession(const ExchangeContext& context, UpstreamRequest request,
                           std::unique_ptr<Reply> reply, OnOver on_over)
    : context_(context),
      request_(std::move(request)),
      secrets_(request_.secrets),
      reply_(std::move(reply)),
      on_over_(std::move(on_over)) {}

void RelaySession::start() {
  reply_->responder().on_gone([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->gone();
  });
  reply_->responder().on_drain([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->call_) self->call_->resume();
  });
  reply_->record.model = model_name(request_.body);
  reply_->own_time = std::chrono::microseconds{};
  call_ = context_.upstream->start(std::move(request_), *this);
}

void RelaySession::on_head(UpstreamHead head) {
  if (head.status >= 300 && head.status < 400) {
    Error error;
    error.kind = ErrorKind::upstream_redirect;
    error.message = "upstream answered " + std::to_string(head.status) +
                    " with a redirect, which is never followed";
    return end_with(error);
  }
  http::HeaderList headers = client_headers(head.headers, static_cast<int64_t>(std::time(nullptr)));
  for (const std::string_view name : kPassed) {
    if (const auto value = find_header(head.headers, name)) {
      headers.emplace_back(std::string(name), std::string(*value));
    }
  }
  if (head.status >= 400) {
    reply_->record.error = ErrorKind::upstream_status;
    error_mask_.emplace();
  }
  reply_->start(head.status, std::move(headers));
}

void RelaySession::on_data(std::string_view bytes) {
  const bool room =
      error_mask_ ? reply_->write(error_mask_->take(secrets_, bytes)) : reply_->write(bytes);
  if (!room) call_->pause();
}

void RelaySession::on_done(Status status) {
  if (!status) return end_with(status.error());
  if (!reply_->started()) {
    Error error;
    error.kind = ErrorKind::upstream_protocol;
    error.message = "the upstream closed without an answer";
    return end_with(error);
  }
  if (error_mask_) reply_->write(error_mask_->finish(secrets_));
  reply_->end();
  over();
}

void RelaySession::end_with(const Error& error) {
  if (reply_->started()) {
    if (!reply_->over()) reply_->note_error(error);
    reply_->abort();
  } else {
    http::HeaderList headers;
    add_retry_hints(headers, error);
    reply_->send_error(error, std::move(headers));
  }
  over();
}

void RelaySession::gone() {
  reply_->gone();
  over();
}

void RelaySession::over() {
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

}  // namespace proxx::server
