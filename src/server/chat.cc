#include "server/chat.h"

#include <algorithm>
#include <utility>

#include "openai/error.h"
#include "server/notice_list.h"

namespace proxx::server {
namespace {

void add_notices(http::HeaderList& headers, const char* name, const Notices& notices,
                 Notice::Kind kind) {
  if (std::string list = notice_list(notices, kind); !list.empty()) {
    headers.emplace_back(name, std::move(list));
  }
}

}  // namespace

ChatSession::ChatSession(const ExchangeContext& context,
                         std::chrono::milliseconds keep_alive_interval, ExchangeRequest request,
                         std::unique_ptr<Reply> reply, OnOver on_over)
    : interval_(keep_alive_interval),
      request_(std::move(request)),
      reply_(std::move(reply)),
      on_over_(std::move(on_over)),
      timer_(*context.loop),
      exchange_(context, *this) {}

void ChatSession::start() {
  reply_->responder().on_gone([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->gone();
  });
  reply_->responder().on_drain([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->exchange_.resume();
  });
  if (reply_->capture && reply_->capture->bodies) {
    exchange_.on_converted(
        [this](std::string_view body) { reply_->note_body(&PageBodies::Texts::upstream, body); });
  }
  exchange_.start(std::move(request_));
  if (!reply_->over() && !exchange_.model().empty()) reply_->note_model(exchange_.model());
}

void ChatSession::begin(const AnswerHead& head) {
  event_stream_ = head.event_stream;
  reply_->record.notices = head.notices;
  reply_->own_time = exchange_.times().convert;
  if (!head.event_stream) {
    head_ = head;
    return reply_->note_first();
  }
  http::HeaderList headers = headers_of(head);
  headers.emplace_back("content-type", "text/event-stream");
  headers.insert(headers.end(), kStreamHeaders.begin(), kStreamHeaders.end());
  reply_->start(200, std::move(headers));
  last_write_ = Clock::now();
  arm_timer(Clock::now() + interval_);
}

bool ChatSession::write(std::string_view bytes) {
  if (!event_stream_) {
    json_.append(bytes);
    return true;
  }
  last_write_ = Clock::now();
  const http::Responder& responder = reply_->responder();
  const bool caught_up = responder.buffered_bytes() == 0;
  const bool room = reply_->write(bytes);
  fresh_bytes_ = caught_up ? responder.buffered_bytes() : 0;
  return room;
}

void ChatSession::keep_alive() {
  if (!reply_->started() || reply_->over()) return;
  if (reply_->responder().buffered_bytes() > fresh_bytes_) return;
  std::string sign;
  exchange_.keep_alive(sign);
  if (!sign.empty()) write(sign);
}

void ChatSession::finish() {
  take_facts();
  if (event_stream_) {
    reply_->end();
  } else {
    http::Response response;
    response.headers = headers_of(head_);
    response.headers.emplace_back("content-type", "application/json");
    response.body = std::move(json_);
    reply_->send(std::move(response));
  }
  over();
}

void ChatSession::fail(const AnswerHead& head, const Error& error) {
  head_ = head;
  reply_->record.notices = head.notices;
  if (const auto convert = exchange_.times().convert; convert.count() > 0) {
    reply_->own_time = convert;
  }
  end(error);
}

void ChatSession::end_with(const Error& error) {
  if (reply_->started()) {
    std::string shown;
    exchange_.show_failure(error, shown);
    reply_->write(shown);
  }
  end(error);
}

void ChatSession::end(const Error& error) {
  take_facts();
  if (reply_->started()) {
    // The client was told the first request's id; a paused turn's continuation has another.
    const std::string& id = exchange_.upstream_request_id();
    if (id != reply_->record.request_id) reply_->record.failed_id = id;
    reply_->note_error(error);
    reply_->end();
  } else {
    reply_->send_error(error, headers_of(head_));
  }
  over();
}

void ChatSession::gone() {
  take_facts();
  reply_->gone();
  over();
}

void ChatSession::over() {
  timer_.cancel();
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

void ChatSession::take_facts() {
  if (reply_->over()) return;
  reply_->record.model = exchange_.model();
  const AnswerFacts& facts = exchange_.facts();
  if (facts.id.empty()) return;
  reply_->record.tokens =
      TokenCounts{facts.prompt_tokens, facts.completion_tokens, facts.cached_tokens,
                  facts.cache_write_tokens, facts.reasoning_tokens};
}

void ChatSession::arm_timer(Clock::time_point when) {
  timer_.expires_at(when);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->reply_->over()) return;
    if (Clock::now() >= self->last_write_ + self->interval_) self->keep_alive();
    // A reader that is slow gets no comment and keeps last_write_ in the past.
    const auto soonest = Clock::now() + self->interval_ / 2;
    self->arm_timer(std::max(self->last_write_ + self->interval_, soonest));
  });
}

http::HeaderList ChatSession::headers_of(const AnswerHead& head) const {
  http::HeaderList headers = head.headers;
  add_notices(headers, "x-proxx-dropped", head.notices, Notice::Kind::dropped);
  add_notices(headers, "x-proxx-adjusted", head.notices, Notice::Kind::adjusted);
  return headers;
}

}  // namespace proxx::server
