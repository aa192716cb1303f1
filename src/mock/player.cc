#include "mock/player.h"

#include <utility>

namespace proxx::mock {

Player::Player(boost::asio::io_context& loop, Answer answer,
               std::shared_ptr<http::Responder> responder)
    : timer_(loop), answer_(std::move(answer)), responder_(std::move(responder)) {}

void Player::start(Done done) {
  done_ = std::move(done);
  responder_->on_gone([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end(Outcome::gone);
  });
  responder_->on_sent([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->end(Outcome::sent);
  });
  const auto responder = responder_;
  const bool has_body = !answer_.pieces.empty() || answer_.more;
  if (!answer_.whole && has_body) responder->start(answer_.status, answer_.headers);
  if (answer_.delays.empty()) return step();
  wait();
}

void Player::stop() {
  done_ = nullptr;
  end(Outcome::gone);
}

void Player::step() {
  const auto responder = responder_;
  if (!responder) return;
  if (answer_.whole) {
    responder->send({answer_.status, answer_.headers, std::move(answer_.pieces.front()), false});
    return;
  }
  std::string made;
  if (next_ == answer_.pieces.size() && answer_.more) made = answer_.more();
  if (next_ == answer_.pieces.size() && made.empty()) return finish_body();
  if (!responder->write(made.empty() ? answer_.pieces[next_++] : made)) {
    responder->on_drain([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->step();
    });
    return;
  }
  wait();
}

void Player::wait() {
  // Even without a delay each piece gets a turn of the loop, so that it leaves by itself.
  timer_.expires_after(next_ < answer_.delays.size() ? answer_.delays[next_] : answer_.delay);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->step();
  });
}

void Player::finish_body() {
  if (answer_.stalls) return;
  const auto responder = responder_;
  if (!answer_.cut) return responder->end();
  responder->abort();
  end(Outcome::sent);
}

void Player::end(Outcome outcome) {
  // Both may hold the last reference to this.
  const Done done = std::exchange(done_, nullptr);
  const auto responder = std::exchange(responder_, nullptr);
  timer_.cancel();
  if (done) done(outcome);
}

}  // namespace proxx::mock
