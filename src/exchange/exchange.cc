#include "exchange/exchange.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <random>
#include <utility>

#include "core/error_map.h"
#include "core/release.h"
#include "exchange/answer_headers.h"
#include "exchange/body_kind.h"
#include "upstream/retry.h"

namespace proxx {
namespace {

using Clock = std::chrono::steady_clock;

/// An error answer's body is only read for its message.
constexpr size_t kMaxErrorBodyBytes = size_t{64} << 10;
/// How long the upstream may take to close behind message_stop before it is cut off; when it does
/// close in order, the connection can be used again.
constexpr std::chrono::seconds kCloseTime{1};
/// More of a stream than this is given to the sink at once, and not only when all that has come in
/// is converted: so that a sink which is full can pause the upstream.
constexpr size_t kDeliverBytes = size_t{32} << 10;

int64_t now_unix_s() {
  return static_cast<int64_t>(std::time(nullptr));
}

double random_fraction() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

/// The 400 that a history's thinking blocks can cause; the same body never works again
/// (wire.md 1.8, 6.4).
bool names_thinking(const Error& error) {
  if (error.http_status != 400) return false;
  const std::string& text = error.message;
  const auto has = [&text](const char* part) { return text.find(part) != std::string::npos; };
  return has("thinking") && (has("bound to a different conversation") ||
                             has("cannot be modified") || has("signature"));
}

}  // namespace

struct Exchange::Impl final : UpstreamHandler, std::enable_shared_from_this<Exchange::Impl> {
  Impl(const ExchangeContext& shared, Sink& client)
      : context(shared), sink(client), timer(*shared.loop) {}

  void start(ExchangeRequest incoming) {
    started_at = Clock::now();
    request = std::move(incoming);
    if (Status status = convert(false); !status) return fail(std::move(status).error());
    if (tell_notices && !head.notices.empty()) tell_notices(head.notices);
    call_upstream();
  }

  Status convert(bool drop_thinking) {
    RequestOptions options = context.conversion;
    options.drop_thinking = drop_thinking;
    if (request.models) options.models = request.models.get();
    if (!request.headers.anthropic_version.empty()) {
      options.anthropic_version = request.headers.anthropic_version;
    }
    Result<ConvertedRequest> result = convert_request(request.body, options);
    if (!result) return tl::unexpected<Error>(std::move(result).error());
    converted = std::move(*result);
    times.convert = since_start();
    head.notices = converted.notices;
    if (drop_thinking) {
      head.notices.push_back({Notice::Kind::dropped, "messages",
                              "the upstream refused the history's thinking; sent again without"});
    }
    if (!drop_thinking) {
      form = request.form.value_or(converted.stream ? AnswerForm::chunks : AnswerForm::completion);
    }
    head.event_stream = form == AnswerForm::chunks;
    converted.answer.created_unix_s = now_unix_s();
    continues_left = converted.answer.continue_paused;
    return {};
  }

  /// Sends the converted request; a copy only of what may be needed once more.
  void call_upstream() {
    const bool again = retries_done < context.max_retries || converted.has_thinking_history ||
                       converted.answer.continue_paused > 0;
    call_upstream(again ? converted.body : std::move(converted.body));
  }

  void call_upstream(std::string body) {
    UpstreamRequest call_request;
    call_request.path = "/v1/messages";
    RequestHeaders headers = request.headers;
    headers.retries_done = retries_done;
    headers.betas.insert(headers.betas.end(), converted.betas.begin(), converted.betas.end());
    call_request.headers = upstream_headers(context.headers, request.credential, headers);
    secrets = secrets_in(call_request.headers);
    call_request.body = std::move(body);
    call_request.timeouts = context.timeouts;
    error_body.clear();
    message_body.clear();
    if (!begun) converter.emplace(form, converted.answer);
    call = context.upstream->start(std::move(call_request), *this);
  }

  void on_head(UpstreamHead upstream_head) override {
    if (times.first_byte.count() == 0) times.first_byte = since_start();
    answer = std::move(upstream_head);
    head.headers = client_headers(answer.headers, now_unix_s());
    if (const auto id = find_header(answer.headers, "request-id")) request_id = *id;
    Result<BodyKind> told = body_kind(answer);
    if (!told) return fail(std::move(told).error());
    kind = *told;
  }

  void on_data(std::string_view bytes) override {
    switch (kind) {
      case BodyKind::events:
        return on_events(bytes);
      case BodyKind::message:
        message_body.append(bytes);
        return;
      case BodyKind::error:
        error_body.append(bytes.substr(0, kMaxErrorBodyBytes - error_body.size()));
        return;
    }
  }

  void on_events(std::string_view bytes) {
    if (converter->complete()) return;
    // What goes out is about as long as what came in.
    if (output.size() + bytes.size() > kDeliverBytes) deliver();
    output.reserve(output.size() + bytes.size());
    Status status = converter->feed_events(bytes, output);
    if (!status) {
      deliver();  // an answer that had begun stays begun, wherever the stream is cut
      return answer_failed(std::move(status).error());
    }
    if (converter->complete()) {
      deliver();
      wait_for_close();
    }
  }

  void on_caught_up() override {
    if (!finished && kind == BodyKind::events) deliver();
  }

  /// Gives the sink what has been converted.
  void deliver() {
    begin_if_started();
    flush();
    if (const uint64_t pings = converter->pings(); pings != pings_seen) {
      pings_seen = pings;
      if (begun) sink.keep_alive();
    }
  }

  void begin_if_started() {
    if (begun || !converter->started()) return;
    begun = true;
    // An answer may stay open for minutes: what only another try would need goes.
    release(request.body);
    if (converted.answer.continue_paused == 0) release(converted.body);
    release(converted.notices);
    release(answer.headers);
    sink.begin(head);
    if (head.event_stream) release(head.headers);
  }

  void flush() {
    if (tell_reasoning && converter) {
      if (const std::string text = converter->take_reasoning(); !text.empty()) tell_reasoning(text);
    }
    if (output.empty() || !begun) return;
    const bool room = sink.write(output);
    release(output);
    if (!room && call) call->pause();
  }

  void wait_for_close() {
    timer.expires_after(kCloseTime);
    if (context.closes_behind) return close_behind();
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->finish();
    });
  }

  /// The exchange may go with the sink's last call; the call is held here until it is closed.
  void close_behind() {
    closing = true;
    if (call) call->resume();
    timer.async_wait(
        [self = shared_from_this()](const boost::system::error_code&) { self->call.reset(); });
    finished = true;
    times.total = since_start();
    sink.finish();
  }

  void on_done(Status status) override {
    if (closing) timer.cancel();
    if (finished) return;
    if (converter && converter->complete()) return finish();
    if (!status) return answer_failed(std::move(status).error());
    switch (kind) {
      case BodyKind::error: {
        mask(secrets, error_body);  // while a key in it is whole: its message is cut
        Error error = upstream_status_error(answer.status, media_type(answer.headers), error_body);
        error.param = openai_param(converted, error.param);
        return answer_failed(std::move(error));
      }
      case BodyKind::message:
        status = converter->feed_message(message_body, output);
        break;
      case BodyKind::events:
        status = converter->finish(output);
        break;
    }
    if (!status) return answer_failed(std::move(status).error());
    begin_if_started();
    flush();
    if (converter->paused()) return continue_paused();
    finish();
  }

  void continue_paused() {
    if (continues_left-- > 0) {
      std::string body = continue_request(converted.body, converter->paused_content());
      converter->resume();
      return call_upstream(std::move(body));
    }
    if (Status status = converter->end_paused(output); !status) {
      return fail(std::move(status).error());
    }
    flush();
    finish();
  }

  /// An upstream failure: once more without thinking, once more after a wait, or the end.
  void answer_failed(Error error) {
    mask(secrets, error.message);
    if (begun) return fail(std::move(error));
    output.clear();
    if (names_thinking(error) && converted.has_thinking_history && !thinking_dropped) {
      thinking_dropped = true;
      if (Status status = convert(true); !status) return fail(std::move(status).error());
      if (tell_notices) tell_notices({head.notices.back()});
      return call_upstream();
    }
    FailedTry failed = failed_try(error, answer.headers);
    failed.retries_done = retries_done;
    failed.now_unix_s = now_unix_s();
    failed.random = random_fraction();
    const auto delay = retry_delay(failed, context.max_retries);
    if (!delay) return fail(with_requested_delay(std::move(error)));
    if (tell_retry) tell_retry(*delay, error);
    ++retries_done;
    call.reset();
    timer.expires_after(*delay);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->call_upstream();
    });
  }

  /// The owner may destroy the exchange from inside the sink's last call: nothing comes after it.
  void finish() {
    end();
    sink.finish();
  }
  void fail(Error error) {
    mask(secrets, error.message);
    end();
    flush();
    head.status = http_status_of(error);
    if (error.code == "insufficient_quota" && !find_header(head.headers, "x-should-retry")) {
      // A spend limit's 429 looks like one to wait for; clients would try in vain (wire.md 6.9).
      head.headers.emplace_back("x-should-retry", "false");
    }
    sink.fail(head, error);
  }
  void end() {
    finished = true;
    times.total = since_start();
    timer.cancel();
    call.reset();
  }

  /// A wait that is too long to sit out is told instead.
  [[nodiscard]] Error with_requested_delay(Error error) const {
    const auto asked = requested_delay(answer.headers, now_unix_s());
    if (asked && *asked > kMaxRetryAfter) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*asked).count();
      error.message += " (the upstream asks to wait " + std::to_string(seconds) + " s)";
    }
    return error;
  }
  [[nodiscard]] std::chrono::microseconds since_start() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_at);
  }

  const ExchangeContext& context;
  Sink& sink;
  boost::asio::steady_timer timer;  ///< the wait before a retry, or for the close
  std::function<void(const Notices&)> tell_notices;
  std::function<void(std::chrono::milliseconds, const Error&)> tell_retry;
  std::function<void(std::string_view)> tell_reasoning;

  ExchangeRequest request;
  Secrets secrets;  ///< which an upstream's message must not show (faults.md U9)
  ConvertedRequest converted;
  AnswerForm form = AnswerForm::completion;
  AnswerHead head;

  std::unique_ptr<UpstreamCall> call;
  UpstreamHead answer;
  BodyKind kind = BodyKind::error;
  std::optional<AnswerConverter> converter;
  std::string message_body;
  std::string error_body;
  std::string output;  ///< converted, not yet given to the sink; no memory of it is kept

  bool begun = false;     ///< the sink was told of an answer: no retries from here
  bool finished = false;  ///< the sink had its last call
  bool closing = false;   ///< finished, but for the call
  bool thinking_dropped = false;
  int retries_done = 0;
  int continues_left = 0;
  uint64_t pings_seen = 0;
  std::string request_id;
  Clock::time_point started_at;
  ExchangeTimes times;
};

Exchange::Exchange(const ExchangeContext& context, Sink& sink)
    : impl_(std::make_shared<Impl>(context, sink)) {}

Exchange::~Exchange() {
  // A timer's handler that is queued already holds no more than a weak reference.
  if (!impl_->closing) impl_->call.reset();
}

void Exchange::on_notices(std::function<void(const Notices&)> callback) {
  impl_->tell_notices = std::move(callback);
}

void Exchange::on_retry(std::function<void(std::chrono::milliseconds, const Error&)> callback) {
  impl_->tell_retry = std::move(callback);
}

void Exchange::on_reasoning(std::function<void(std::string_view)> callback) {
  impl_->tell_reasoning = std::move(callback);
}

void Exchange::start(ExchangeRequest request) {
  impl_->start(std::move(request));
}

void Exchange::resume() {
  if (impl_->call) impl_->call->resume();
}

const AnswerFacts& Exchange::facts() const {
  static const AnswerFacts kNone;
  return impl_->converter ? impl_->converter->facts() : kNone;
}

const ExchangeTimes& Exchange::times() const {
  return impl_->times;
}
const std::string& Exchange::model() const {
  return impl_->converted.model;
}
const std::string& Exchange::upstream_request_id() const {
  return impl_->request_id;
}

}  // namespace proxx
