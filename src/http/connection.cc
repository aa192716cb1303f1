#include "http/connection.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "http/answer.h"
#include "http/body_decoder.h"
#include "http/parser.h"
#include "http/transport.h"

namespace proxx::http {
namespace {

using std::chrono::milliseconds;
using Clock = Transport::Clock;
using Step = RequestParser::Step;

constexpr auto kNever = Clock::time_point::max();
/// Pipelined bytes held while an answer is pending; the rest stays in the kernel.
constexpr size_t kReadAheadBytes = size_t{8} << 10;
/// Behind input that is not read, an end of file is only seen by asking.
constexpr milliseconds kHangUpPoll{500};
/// How long input is thrown away behind a last answer: a close with unread input would be a reset,
/// and the answer could be lost on its way.
constexpr milliseconds kLinger{2'000};

enum class Phase {
  idle,       ///< nothing of the next request is here
  head,       ///< until the head is complete
  body,       ///< until the request is complete
  answering,  ///< until the answer is complete
  flushing,   ///< until it is sent
  lingering,  ///< all is said
  closed,
};

class HttpConnection final : public Connection,
                             public Transport::Events,
                             public AnswerPort,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(ConnectionSet& set, int fd, std::string peer)
      : set_(set), transport_(set.loop, fd), peer_(std::move(peer)) {}

  void start() override;
  void start_over_limit() override;
  void drain() override;
  void cut() override { lose(true); }
  void drop() override { close(true); }

 private:
  void on_bytes(std::string_view bytes) override;
  void on_eof() override;
  void on_broken() override { lose(false); }
  void on_written(size_t bytes) override;
  void on_deadline() override;

  Transport& transport() override { return transport_; }
  [[nodiscard]] bool keeps_alive() const override;
  void answer_ended(std::shared_ptr<Answer> answer, bool last) override;
  void answer_aborted(bool reset) override;

  void await_request();
  void refuse_service();
  void advance();
  /// Lets the other connections have their turn first.
  void advance_later();
  [[nodiscard]] bool accept_head();
  void dispatch();
  void refuse(const Refusal& refusal);
  /// What is known of the request that is refused.
  [[nodiscard]] const Request& understood() const;
  [[nodiscard]] std::shared_ptr<Answer> begin_answer();
  void watch_client();
  void finish_answer();
  void lose(bool reset);
  void close(bool reset);

  [[nodiscard]] Handler& handler() const { return set_.handler; }
  [[nodiscard]] const Limits& limits() const { return set_.state.limits; }

  ConnectionSet& set_;
  Transport transport_;
  const std::string peer_;
  Phase phase_ = Phase::idle;
  bool over_limit_ = false;
  bool last_ = false;    ///< no request is read behind the present one
  bool unread_ = false;  ///< input was left out
  bool eof_ = false;
  bool aborted_ = false;
  bool reset_ = false;  ///< how to close when aborted
  std::string in_;
  std::unique_ptr<RequestParser> parser_;  ///< in head and body
  std::weak_ptr<Answer> pending_;          ///< in answering
  std::shared_ptr<Answer> ended_;          ///< in flushing
  Clock::time_point body_deadline_ = kNever;
  Clock::time_point write_deadline_ = kNever;
};

void HttpConnection::start() {
  if (!transport_.is_open()) return close(false);
  transport_.start(weak_from_this());
  await_request();
}

void HttpConnection::start_over_limit() {
  over_limit_ = true;
  start();
}

void HttpConnection::refuse_service() {
  last_ = unread_ = true;
  Response response = handler().error_for(understood(), 503, "too many connections");
  response.headers.emplace_back("retry-after", "1");
  begin_answer()->send(std::move(response));
}

void HttpConnection::drain() {
  if (phase_ == Phase::idle) close(false);
}

void HttpConnection::await_request() {
  phase_ = Phase::idle;
  const milliseconds time = over_limit_ ? limits().over_limit_time : limits().idle_time;
  transport_.set_deadline(time > milliseconds{0} ? Clock::now() + time : kNever);
  transport_.read(true);
  advance();
}

void HttpConnection::on_bytes(std::string_view bytes) {
  if (last_) {
    unread_ = true;
    return;
  }
  in_.append(bytes);
  if (phase_ != Phase::answering && phase_ != Phase::flushing) return advance();
  if (in_.size() < kReadAheadBytes) return;
  transport_.read(false);
  watch_client();
}

void HttpConnection::on_eof() {
  eof_ = true;
  if (phase_ != Phase::flushing) lose(false);
}

void HttpConnection::advance() {
  if (phase_ == Phase::idle) {
    if (in_.empty()) return;
    phase_ = Phase::head;
    parser_ = std::make_unique<RequestParser>(limits());
    if (!over_limit_) transport_.set_deadline(Clock::now() + limits().header_time);
  }
  auto step = parser_->feed(in_);
  if (step && *step == Step::head) {
    if (!accept_head()) return;
    step = parser_->feed(in_);
  }
  if (!step) return refuse(step.error());
  if (*step == Step::complete) return dispatch();
  if (*step == Step::busy) return advance_later();
  if (phase_ == Phase::body) {
    transport_.set_deadline(std::min(Clock::now() + limits().body_gap_time, body_deadline_));
  }
}

void HttpConnection::advance_later() {
  transport_.read(false);
  boost::asio::post(set_.loop, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::body) return;
    self->transport_.read(true);
    self->advance();
  });
}

bool HttpConnection::accept_head() {
  parser_->request().peer = peer_;
  if (over_limit_ && !handler().answers_over_limit(parser_->request())) {
    refuse_service();
    return false;
  }
  phase_ = Phase::body;
  body_deadline_ = Clock::now() + (over_limit_ ? limits().over_limit_time : limits().body_time);
  std::optional<Response> refusal;
  try {
    refusal = handler().check(parser_->request());
  } catch (...) {
    refusal = handler().error_for(parser_->request(), 500, "internal error");
  }
  if (!refusal) {
    if (in_.empty() && parser_->expects_continue()) {
      transport_.out().append("HTTP/1.1 100 Continue\r\n\r\n");
      transport_.flush();
    }
    return true;
  }
  // A body that is already here does not cost the client its connection.
  const auto step = parser_->feed(in_);
  unread_ = !step || *step != Step::complete;
  last_ = unread_ || over_limit_ || !parser_->keep_alive();
  begin_answer()->send(std::move(*refusal));
  return false;
}

void HttpConnection::dispatch() {
  last_ = over_limit_ || !parser_->keep_alive();
  const auto answer = begin_answer();
  Request request = std::move(parser_->request());
  parser_.reset();
  try {
    handler().handle(std::move(request), answer);
  } catch (...) {
    answer->fail(handler().error(500, "internal error"));
  }
}

void HttpConnection::refuse(const Refusal& refusal) {
  last_ = unread_ = true;
  Response response = handler().error_for(understood(), refusal.status, refusal.what);
  if (refusal.status == 415) response.headers.emplace_back("accept-encoding", kAcceptedCodings);
  begin_answer()->send(std::move(response));
}

const Request& HttpConnection::understood() const {
  static const Request kNothing;
  return parser_ ? parser_->request() : kNothing;
}

std::shared_ptr<Answer> HttpConnection::begin_answer() {
  Answer::Shape shape;
  if (parser_) {
    shape.head_only = parser_->request().method == "HEAD";
    shape.http10 = parser_->request().version_minor == 0;
  }
  auto answer = std::make_shared<Answer>(weak_from_this(), shape, limits().max_buffered_bytes);
  pending_ = answer;
  phase_ = Phase::answering;
  if (last_) {
    unread_ = unread_ || !in_.empty();
    in_.clear();
  }
  in_.shrink_to_fit();
  if (in_.size() >= kReadAheadBytes) transport_.read(false);
  watch_client();
  return answer;
}

bool HttpConnection::keeps_alive() const {
  return !last_ && !set_.state.draining;
}

/// The deadline while there is an answer: none for the handler, one for a client that stops
/// reading, and a look at a client that is not being read.
void HttpConnection::watch_client() {
  const auto poll = transport_.reading() || eof_ ? kNever : Clock::now() + kHangUpPoll;
  transport_.set_deadline(std::min(write_deadline_, poll));
}

void HttpConnection::answer_ended(std::shared_ptr<Answer> answer, bool last) {
  last_ = last_ || last;
  phase_ = Phase::flushing;
  ended_ = std::move(answer);
  transport_.flush();
}

void HttpConnection::answer_aborted(bool reset) {
  if (transport_.unsent() == 0) return close(reset);
  phase_ = Phase::flushing;
  last_ = aborted_ = true;
  reset_ = reset;
  transport_.flush();
}

void HttpConnection::on_written(size_t bytes) {
  if (transport_.unsent() == 0) {
    write_deadline_ = kNever;
    if (phase_ == Phase::flushing) return finish_answer();
  } else if (bytes > 0 || write_deadline_ == kNever) {
    write_deadline_ = Clock::now() + limits().write_gap_time;
  }
  if (phase_ == Phase::answering) {
    if (const auto answer = pending_.lock()) answer->tell_written();
  }
  if (phase_ == Phase::answering || phase_ == Phase::flushing) watch_client();
}

void HttpConnection::finish_answer() {
  if (const auto answer = std::move(ended_)) answer->tell_sent();
  if (phase_ == Phase::closed) return;
  if (aborted_) return close(reset_);
  if (!last_ && !eof_ && !set_.state.draining) return await_request();
  if (eof_ || (!unread_ && in_.empty())) return close(false);
  phase_ = Phase::lingering;
  last_ = true;
  transport_.shut_down_output();
  transport_.read(true);
  transport_.set_deadline(Clock::now() + kLinger);
}

void HttpConnection::on_deadline() {
  switch (phase_) {
    case Phase::head:
      if (over_limit_) return refuse_service();
      if (in_.empty()) return close(false);
      return refuse({408, "the request head took too long"});
    case Phase::body:
      return refuse({408, "the request body took too long"});
    case Phase::answering:
    case Phase::flushing:
      if (!transport_.reading() && !eof_ && transport_.hung_up()) return lose(false);
      if (Clock::now() >= write_deadline_) return lose(true);
      return watch_client();
    case Phase::idle:
      if (over_limit_) return refuse_service();
      [[fallthrough]];
    case Phase::lingering:
    case Phase::closed:
      return close(false);
  }
}

void HttpConnection::lose(bool reset) {
  const auto answering = pending_.lock();
  const auto ended = std::move(ended_);
  const Phase phase = phase_;
  close(reset);
  if (phase == Phase::answering && answering) answering->tell_gone();
  if (phase == Phase::flushing && ended) ended->tell_sent();
}

void HttpConnection::close(bool reset) {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  parser_.reset();
  pending_.reset();
  ended_.reset();
  transport_.close(reset);
  --set_.state.open;
  set_.open.erase(this);  // whoever calls into a connection holds it
}

}  // namespace

std::shared_ptr<Connection> add_connection(ConnectionSet& set, int fd, std::string peer) {
  auto connection = std::make_shared<HttpConnection>(set, fd, std::move(peer));
  set.open.emplace(connection.get(), connection);
  return connection;
}

}  // namespace proxx::http
