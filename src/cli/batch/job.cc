#include "cli/batch/job.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

#include "upstream/retry.h"

namespace proxx::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// The upstream has no room for anyone: not for the other lines either.
bool holds_everybody(const Error& error) {
  return error.http_status == 429 || error.http_status == 503 || error.http_status == 529;
}

}  // namespace

BatchJob::BatchJob(BatchShared& shared, uint64_t line, std::string custom_id, std::string request,
                   std::function<void(BatchJob&, const Error*)> done)
    : shared_(shared),
      line_(line),
      custom_id_(std::move(custom_id)),
      request_(std::move(request)),
      done_(std::move(done)),
      timer_(*shared.context.loop) {}

void BatchJob::on_notices(std::function<void(const Notices&)> callback) {
  tell_notices_ = std::move(callback);
}

void BatchJob::start() {
  start_at(Clock::now());
}

std::string_view BatchJob::answer() const {
  std::string_view text = answer_;
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

double BatchJob::random() {
  return std::uniform_real_distribution<double>(0, 1)(shared_.random);
}

/// Waits until the gate lets it through. The gate may be held again meanwhile.
void BatchJob::start_at(Gate::Time wanted) {
  const Gate::Time opening = shared_.gate.opening(wanted, random());
  const auto go = [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired() || shared_.stopping) return;
    const Gate::Time now = Clock::now();
    if (shared_.gate.opening(now, 0) > now) return start_at(now);
    ask();
  };
  // A timer for a time that has come would still be set and read in the kernel.
  if (opening <= Clock::now()) {
    boost::asio::post(*shared_.context.loop, [go] { go({}); });
    return;
  }
  timer_.expires_at(opening);
  timer_.async_wait(go);
}

void BatchJob::ask() {
  asking_ = true;
  answer_.clear();
  recording_.emplace(shared_.context, shared_.record_folder, shared_.form, *this);
  exchange_.emplace(recording_->context(), recording_->sink());
  if (tell_notices_) exchange_->on_notices(std::exchange(tell_notices_, nullptr));
  ExchangeRequest request;
  request.body = request_;
  request.protocol = protocol_;
  request.credential = *shared_.credential;
  request.headers.retries_done = retries_done_;
  request.form = shared_.form;
  exchange_->start(std::move(request));
}

void BatchJob::begin(const AnswerHead&) {}

bool BatchJob::write(std::string_view bytes) {
  answer_.append(bytes);
  return true;
}

void BatchJob::finish() {
  asking_ = false;
  std::exchange(done_, nullptr)(*this, nullptr);
}

void BatchJob::fail(const AnswerHead& head, const Error& error) {
  asking_ = false;
  FailedTry failed = failed_try(error, head.headers);
  failed.retries_done = retries_done_;
  failed.now_unix_s = static_cast<int64_t>(std::time(nullptr));
  failed.random = random();
  const auto asked = requested_delay(head.headers, failed.now_unix_s);
  told_to_come_back_ = asked && *asked > kMaxRetryAfter && is_retryable(failed);

  const Gate::Time now = Clock::now();
  // A last try's failure holds the others back as well.
  const auto delay = retry_delay(failed, std::max(shared_.max_retries, retries_done_ + 1));
  if (delay && holds_everybody(error)) shared_.gate.hold(now, now + *delay);
  if (!delay || shared_.stopping || retries_done_ >= shared_.max_retries) {
    return std::exchange(done_, nullptr)(*this, &error);
  }
  ++retries_done_;
  exchange_.reset();
  start_at(now + *delay);
}

}  // namespace proxx::cli
