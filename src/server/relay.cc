#include "server/relay.h"

#include <array>
#include <ctime>
#include <limits>

#include "anthropic/error.h"
#include "base/release.h"
#include "exchange/answer_headers.h"
#include "exchange/jobs.h"
#include "server/models/model_name.h"
#include "server/routes.h"
#include "upstream/body_kind.h"

namespace proxx::server {
namespace {

/// What an Anthropic client reads besides what every client gets (answer_headers.h).
constexpr std::array<std::string_view, 2> kPassed = {"content-type", "content-encoding"};

/// A longer 403 is no gateway's word about a credential.
constexpr size_t kMaxRefusalBytes = size_t{64} << 10;

constexpr std::string_view kEventStream = "text/event-stream";

/// A batch that is created twice is paid for twice.
bool creates_batch(const ProviderCall& call) {
  const std::string_view path(call.path);
  return call.method == "POST" && endpoint_of(path.substr(0, path.find('?'))) == Endpoint::batches;
}

}  // namespace

RelaySession::RelaySession(const ExchangeContext& context, ProviderCall call,
                           std::unique_ptr<Reply> reply, OnOver on_over)
    : context_(context),
      provider_call_(std::move(call)),
      reply_(std::move(reply)),
      on_over_(std::move(on_over)) {}

void RelaySession::renew_with(RenewCredential renew) {
  renewal_ = Renewal{std::move(renew), provider_call_, {}, {}, {}, false};
}

void RelaySession::start() {
  reply_->responder().on_gone([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->gone();
  });
  reply_->responder().on_drain([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->call_) self->call_->resume();
  });
  reply_->note_model(model_name(provider_call_.body));
  reply_->own_time = std::chrono::microseconds{};
  const auto now = static_cast<int64_t>(std::time(nullptr));
  if (renewal_ && is_due(provider_call_.credential, now)) return ask_renewal();
  call_upstream(std::move(provider_call_));
}

void RelaySession::call_upstream(ProviderCall call) {
  const bool once = creates_batch(call);
  const size_t size = context_.provider->bytes_to_read(call);
  const auto job = std::make_shared<PrepareJob>(
      PrepareJob{context_.provider, context_.keeps, std::move(call), {}});
  if (context_.jobs == nullptr || size <= kLoopBytes) {
    job->run();
    return send(std::move(job->result), once);
  }
  job_ = context_.jobs->run(
      size, [job] { job->run(); },
      [weak = weak_from_this(), job, once] {
        const auto self = weak.lock();
        if (self && !self->reply_->over()) self->send(std::move(job->result), once);
      });
}

void RelaySession::send(Result<UpstreamRequest> request, bool once) {
  if (!request) return end_with(request.error());
  request->once = once;
  // Results of a batch may be of any size; nothing but a beginning of them is held here.
  if (request->method == "GET") request->max_answer_bytes = std::numeric_limits<size_t>::max();
  request->timeouts = context_.timeouts;
  secrets_ = request->secrets;
  call_ = context_.upstream->start(std::move(*request), *this);
}

void RelaySession::ask_renewal() {
  renewal_->asked = true;
  renewal_->renew(renewal_->call.credential,
                  [weak = weak_from_this()](Result<std::optional<Credential>> renewed) {
                    const auto self = weak.lock();
                    if (self && self->renewal_) self->take_renewed(std::move(renewed));
                  });
}

void RelaySession::judge_refusal() {
  switch (context_.provider->judge(*renewal_->head, renewal_->body)) {
    case Refusal::credential:
      return ask_renewal();
    case Refusal::corrected: {
      ProviderCall call = std::move(renewal_->call);
      renewal_.reset();
      return call_upstream(std::move(call));
    }
    case Refusal::none: {
      Renewal renewal = std::move(*renewal_);
      renewal_.reset();
      return let_through(std::move(renewal));
    }
  }
}

void RelaySession::take_renewed(Result<std::optional<Credential>> renewed) {
  Renewal renewal = std::move(*renewal_);
  renewal_.reset();
  const auto now = static_cast<int64_t>(std::time(nullptr));
  // Asked for ahead of its end, a credential that is still good is used where no other can be had.
  const bool good = !renewal.head && !is_over(renewal.call.credential, now);
  if (!renewed && !good) return end_with(renewed.error());
  if (renewal.head && !*renewed) return let_through(std::move(renewal));
  if (renewed && *renewed) renewal.call.credential = std::move(**renewed);
  call_upstream(std::move(renewal.call));
}

void RelaySession::let_through(Renewal renewal) {
  on_head(std::move(*renewal.head));
  if (!reply_->over() && !renewal.body.empty()) on_data(renewal.body);
  if (reply_->over()) return;
  if (renewal.end) return on_done(std::move(*renewal.end));
  call_->resume();
}

void RelaySession::on_head(UpstreamHead head) {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  const bool may_be_refused = head.status == kUnauthorized || head.status == kForbidden;
  if (renewal_ && !may_be_refused) renewal_.reset();
  if (renewal_) {
    renewal_->head = std::move(head);
    // A 403 says in its body what it is about.
    if (renewal_->head->status == kUnauthorized) ask_renewal();
    return;
  }
  if (head.status >= 300 && head.status < 400) {
    Error error;
    error.kind = ErrorKind::upstream_redirect;
    error.message = "upstream answered " + std::to_string(head.status) +
                    " with a redirect, which is never followed";
    return end_with(error);
  }
  if (head.status >= 400) {
    reply_->record.error = ErrorKind::upstream_status;
    error_mask_.emplace();
  } else if (reply_->record.endpoint == Endpoint::messages &&
             !find_header(head.headers, "content-encoding")) {
    usage_.emplace(media_type(head.headers) == kEventStream);
  }
  head_ = std::move(head);
}

void RelaySession::on_data(std::string_view bytes) {
  if (is_waiting()) {
    renewal_->body.append(bytes);
    if (renewal_->asked) return call_->pause();
    if (renewal_->body.size() > kMaxRefusalBytes) judge_refusal();
    return;
  }
  reply_->note_first();
  const std::string masked = error_mask_ ? error_mask_->take(secrets_, bytes) : std::string();
  if (error_mask_) bytes = masked;
  if (usage_) usage_->take(bytes);
  if (hold(bytes)) return;
  begin();
  if (!reply_->write(bytes)) call_->pause();
}

bool RelaySession::hold(std::string_view bytes) {
  if (!head_ || media_type(head_->headers) == kEventStream) return false;
  if (bytes.size() > kMaxHeldBytes - held_.size()) return false;
  held_.append(bytes);
  return true;
}

void RelaySession::begin() {
  if (!head_) return;
  http::HeaderList headers =
      client_headers(head_->headers, static_cast<int64_t>(std::time(nullptr)));
  for (const std::string_view name : kPassed) {
    if (const auto value = find_header(head_->headers, name)) {
      headers.emplace_back(std::string(name), std::string(*value));
    }
  }
  std::string id(upstream_request_id(head_->headers));
  if (id.empty() && head_->status >= 400) {
    id = anthropic::request_id_in(held_);
    if (!id.empty()) headers.emplace_back("x-request-id", id);
  }
  if (!id.empty()) headers.emplace_back("request-id", std::move(id));
  if (media_type(head_->headers) == kEventStream) {
    headers.insert(headers.end(), kStreamHeaders.begin(), kStreamHeaders.end());
  }
  reply_->start(head_->status, std::move(headers));
  head_.reset();
  if (!held_.empty()) reply_->write(held_);
  release(held_);
}

void RelaySession::on_done(Status status) {
  if (is_waiting()) {
    renewal_->end = std::move(status);
    if (!renewal_->asked) judge_refusal();
    return;
  }
  if (!status) return end_with(status.error());
  if (!head_ && !reply_->started()) {
    Error error;
    error.kind = ErrorKind::upstream_protocol;
    error.message = "the upstream closed without an answer";
    return end_with(error);
  }
  if (head_ && error_mask_) {
    held_ += error_mask_->finish(secrets_);  // the id of the request may be at its end
    error_mask_.reset();
  }
  begin();
  if (error_mask_) reply_->write(error_mask_->finish(secrets_));
  note_tokens(true);
  reply_->end();
  over();
}

void RelaySession::end_with(const Error& error) {
  note_tokens(false);
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

void RelaySession::note_tokens(bool whole) {
  if (usage_ && !reply_->over()) reply_->record.tokens = usage_->tokens(whole);
}

void RelaySession::gone() {
  note_tokens(false);
  reply_->gone();
  over();
}

void RelaySession::over() {
  renewal_.reset();
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

}  // namespace proxx::server
