#pragma once
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "anthropic/models.h"
#include "server/reply.h"
#include "server/session.h"

namespace boost::asio {
class io_context;
}

namespace proxx::server {

/// `GET /proxx/events`: `snapshot` first, then `request` for each row that is new or changed, and
/// `state` each second. It looks at the ring four times a second, so nobody pays for it while no
/// page is open; a reader that is slow gets fewer looks. Ends when the server drains.
class EventsSession final : public Session, public std::enable_shared_from_this<EventsSession> {
 public:
  /// `loop`, `shared` and `models` must outlive the session.
  EventsSession(boost::asio::io_context& loop, Shared& shared, const ModelTable& models,
                std::unique_ptr<Reply> reply, OnOver on_over);

  void start() override;
  void end_with(const Error& error) override;

 private:
  void arm_timer();
  void look();
  void note(const PageRow& row);
  void send(std::string_view event, const std::string& data);
  void over();

  Shared& shared_;
  const ModelTable& models_;
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
  boost::asio::steady_timer timer_;
  uint64_t last_change_ = 0;
  int looks_ = 0;
};

}  // namespace proxx::server
