#include "server/page/events_session.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "server/page/page_json.h"

namespace proxx::server {
namespace {

constexpr std::chrono::milliseconds kLook{250};
constexpr int kLooksPerState = 4;

}  // namespace

EventsSession::EventsSession(boost::asio::io_context& loop, Shared& shared,
                             const ModelTable& models, std::unique_ptr<Reply> reply, OnOver on_over)
    : shared_(shared),
      models_(models),
      reply_(std::move(reply)),
      on_over_(std::move(on_over)),
      timer_(loop) {}

void EventsSession::start() {
  reply_->responder().on_gone([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->reply_->gone();
    self->over();
  });
  http::HeaderList headers{{"content-type", "text/event-stream"},
                           {"x-content-type-options", "nosniff"},
                           {"cross-origin-resource-policy", "same-origin"}};
  headers.insert(headers.end(), kStreamHeaders.begin(), kStreamHeaders.end());
  reply_->start(200, std::move(headers));
  for (const PageRow& row : shared_.page.changed_since(0)) note(row);
  send("snapshot", page_snapshot(shared_.page, models_, shared_.metrics.open_streams()));
  arm_timer();
}

void EventsSession::arm_timer() {
  timer_.expires_after(kLook);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->reply_->over()) return;
    self->look();
  });
}

void EventsSession::look() {
  if (shared_.draining) {
    reply_->end();
    return over();
  }
  if (reply_->responder().buffered_bytes() == 0) {
    for (const PageRow& row : shared_.page.changed_since(last_change_)) {
      note(row);
      send("request", page_row(row, models_));
    }
    if (++looks_ % kLooksPerState == 0) {
      send("state", page_state(shared_.page, models_, shared_.metrics.open_streams()));
    }
  }
  arm_timer();
}

void EventsSession::note(const PageRow& row) {
  last_change_ = std::max(last_change_, row.change);
}

void EventsSession::send(std::string_view event, const std::string& data) {
  std::string out = "event: ";
  out.append(event).append("\ndata: ").append(data).append("\n\n");
  reply_->write(out);
}

void EventsSession::end_with(const Error&) {
  reply_->end();
  over();
}

void EventsSession::over() {
  timer_.cancel();
  if (const OnOver tell = std::exchange(on_over_, nullptr)) tell(*this);
}

}  // namespace proxx::server
