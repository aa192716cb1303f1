#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "http/server.h"
#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

/// Sends one answer, piece by piece, as fast as its delay and its client allow. Shared, because the
/// mock and whichever callback comes next hold it.
class Player : public std::enable_shared_from_this<Player> {
 public:
  enum class Outcome { sent, gone };
  using Done = std::function<void(Outcome)>;

  Player(boost::asio::io_context& loop, Answer answer, std::shared_ptr<http::Responder> responder);

  /// `done` is called once, unless stop() comes first.
  void start(Done done);
  /// Gives the answer up; the client sees a cut connection.
  void stop();

 private:
  void step();
  void wait();
  void finish_body();
  void end(Outcome outcome);

  boost::asio::steady_timer timer_;
  Answer answer_;
  std::shared_ptr<http::Responder> responder_;
  Done done_;
  size_t next_ = 0;
};

}  // namespace proxx::mock
