#include "server/relay.h"

#include <array>
#include <ctime>

#include "base/ascii.h"
#include "exchange/answer_headers.h"
#include "server/model_name.h"

namespace proxx::server {
namespace {

/// What an Anthropic client reads besides what every client gets (answer_headers.h).
constexpr std::array<std::string_view, 3> kPassed = {"content-type", "content-encoding",
                                                     "request-id"};

bool is_event_stream(const HeaderList& headers) {
  constexpr std::string_view kType = "text/event-stream";
  const std::string_view type = find_header(headers, "content-type").value_or("");
  return same_word(type.substr(0, kType.size()), kType) &&
         (type.size() == kType.size() || type.find_first_of("; \t") == kType.size());
}

}  // namespace

UpstreamRequest relay_request(const ExchangeContext& context, http::Request request,
                              const Credential& credential, const RequestHeaders& headers) {
  UpstreamRequest out;
  out.path = std::move(request.target);
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
  if (renewal_) renewal_->request = request_;
  call_ = context_.upstream->start(std::move(request_), *this);
}

void RelaySession::renew_with(RenewCredential renew, Credential credential,
                              RequestHeaders headers) {
  renewal_ = Renewal{std::move(renew), std::move(credential), std::move(headers), {}, {}, {}, {}};
}

/// The first answer is let go, or goes to the client after all.
void RelaySession::take_renewed(std::optional<Credential> renewed) {
  Renewal renewal = std::move(*renewal_);
  renewal_.reset();
  if (renewed) {
    renewal.request.headers = upstream_headers(context_.headers, *renewed, renewal.headers);
    renewal.request.secrets = secrets_ = secrets_of_call(*renewed, context_.secrets);
    call_ = context_.upstream->start(std::move(renewal.request), *this);
    return;
  }
  on_head(std::move(*renewal.head));
  if (!reply_->over() && !renewal.body.empty()) on_data(renewal.body);
  if (reply_->over()) return;
  if (renewal.end) return on_done(std::move(*renewal.end));
  call_->resume();
}

void RelaySession::on_head(UpstreamHead head) {
  constexpr int kUnauthorized = 401;
  if (renewal_ && head.status != kUnauthorized) renewal_.reset();
  if (renewal_) {
    renewal_->head = std::move(head);
    const auto take = [weak = weak_from_this()](std::optional<Credential> renewed) {
      const auto self = weak.lock();
      if (self && self->is_waiting()) self->take_renewed(std::move(renewed));
    };
    return renewal_->renew(renewal_->credential, take);
  }
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
  if (is_event_stream(head.headers)) {
    headers.insert(headers.end(), kStreamHeaders.begin(), kStreamHeaders.end());
  }
  if (head.status >= 400) {
    reply_->record.error = ErrorKind::upstream_status;
    error_mask_.emplace();
  }
  reply_->start(head.status, std::move(headers));
}

void RelaySession::on_data(std::string_view bytes) {
  if (is_waiting()) {
    renewal_->body.append(bytes);
    return call_->pause();
  }
  const bool room =
      error_mask_ ? reply_->write(error_mask_->take(secrets_, bytes)) : reply_->write(bytes);
  if (!room) call_->pause();
}

void RelaySession::on_done(Status status) {
  if (is_waiting()) {
    renewal_->end = std::move(status);
    return;
  }
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
  renewal_.reset();
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

}  // namespace proxx::server
