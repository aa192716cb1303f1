#pragma once
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "cli/batch/gate.h"
#include "cli/record.h"
#include "exchange/exchange.h"
#include "exchange/sink.h"

namespace proxx::cli {

/// What the requests of a batch share; it outlives them.
struct BatchShared {
  ExchangeContext context;                 ///< without retries: the job does them, behind the gate
  const Credential* credential = nullptr;  ///< the current one, which may be renewed
  int max_retries = 0;
  bool stopping = false;                  ///< no request is sent any more, neither first nor again
  RecordFolder* record_folder = nullptr;  ///< null records nothing
  AnswerForm form = AnswerForm::whole;
  Gate gate;
  std::minstd_rand random{std::random_device{}()};
};

/// One line of a batch until it has its result: waits at the gate, sends the request, and sends it
/// again by the retry policy. It counts as in flight while it waits.
class BatchJob final : public Sink {
 public:
  /// `done` is called once, last, with null or what failed; the job may be destroyed inside it.
  BatchJob(BatchShared& shared, uint64_t line, std::string custom_id, std::string request,
           std::function<void(BatchJob&, const Error*)> done);

  /// Sets the request's API. Without it the body decides.
  void speak(const Protocol* protocol) { protocol_ = protocol; }
  void on_notices(std::function<void(const Notices&)> callback);
  void start();

  [[nodiscard]] uint64_t line() const { return line_; }
  [[nodiscard]] const std::string& custom_id() const { return custom_id_; }
  /// The completion or its text, without a newline, if it was answered.
  [[nodiscard]] std::string_view answer() const;
  [[nodiscard]] const std::string& request_id() const { return exchange_->upstream_request_id(); }
  [[nodiscard]] const AnswerFacts& facts() const { return exchange_->facts(); }
  /// True while a request is under way, false while it waits for its time.
  [[nodiscard]] bool asking() const { return asking_; }
  /// It failed with a retry-after longer than kMaxRetryAfter.
  [[nodiscard]] bool told_to_come_back() const { return told_to_come_back_; }

  void begin(const AnswerHead& head) override;
  bool write(std::string_view bytes) override;
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;

 private:
  void start_at(Gate::Time wanted);
  void ask();
  [[nodiscard]] double random();

  BatchShared& shared_;
  uint64_t line_;
  std::string custom_id_;
  std::string request_;
  const Protocol* protocol_ = nullptr;
  std::function<void(BatchJob&, const Error*)> done_;
  std::function<void(const Notices&)> tell_notices_;
  boost::asio::steady_timer timer_;
  std::optional<Recording> recording_;
  std::optional<Exchange> exchange_;
  std::string answer_;
  int retries_done_ = 0;
  bool asking_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();  ///< a queued start sees that it is gone
  bool told_to_come_back_ = false;
};

}  // namespace proxx::cli
