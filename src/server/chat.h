#pragma once
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "exchange/exchange.h"
#include "exchange/sink.h"
#include "server/reply.h"
#include "server/session.h"

namespace proxx::server {

/// `POST /v1/chat/completions`: an exchange whose sink is an HTTP answer. JSON is sent whole, with
/// its length; an event stream begins with the upstream's first event, so that an error before it
/// has its real status. A client that goes away takes the upstream call with it.
class ChatSession final : public Session,
                          public Sink,
                          public std::enable_shared_from_this<ChatSession> {
 public:
  /// `context` must outlive the session.
  ChatSession(const ExchangeContext& context, std::chrono::milliseconds keep_alive_interval,
              ExchangeRequest request, std::unique_ptr<Reply> reply, OnOver on_over);

  void start() override;
  void end_with(const Error& error) override;

  void begin(const AnswerHead& head) override;
  bool write(std::string_view bytes) override;
  void keep_alive() override;
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;

 private:
  using Clock = std::chrono::steady_clock;

  void gone();
  void end(const Error& error);
  void over();
  void take_facts();
  void arm_timer(Clock::time_point when);
  [[nodiscard]] http::HeaderList headers_of(const AnswerHead& head) const;

  const std::chrono::milliseconds interval_;
  ExchangeRequest request_;
  std::unique_ptr<Reply> reply_;
  OnOver on_over_;
  boost::asio::steady_timer timer_;
  Exchange exchange_;
  AnswerHead head_;  ///< for an answer that is sent when it is whole
  bool event_stream_ = false;
  std::string json_;  ///< the answer, if it does not stream
  Clock::time_point last_write_;
  /// Unsent after a write to a reader who had everything before. It goes out in the loop's next
  /// round and says nothing about the reader's speed.
  size_t fresh_bytes_ = 0;
};

}  // namespace proxx::server
