#include "exchange/exchange.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <exception>
#include <utility>

#include "anthropic/error.h"
#include "anthropic/request_writer.h"
#include "base/release.h"
#include "exchange/attempt.h"
#include "exchange/delivery.h"
#include "exchange/job_thread.h"
#include "exchange/jobs.h"
#include "exchange/protocols.h"
#include "openai/error.h"
#include "openai/responses/input_tokens.h"

namespace proxx {
namespace {

using Clock = std::chrono::steady_clock;

/// How long the upstream may take to close behind message_stop before it is cut off; when it does
/// close in order, the connection can be used again.
constexpr std::chrono::seconds kCloseTime{1};
/// More of a stream than this is given to the sink at once, and not only when all that has come in
/// is converted: so that a sink which is full can pause the upstream.
constexpr size_t kDeliverBytes = size_t{32} << 10;

int64_t now_unix_s() {
  return static_cast<int64_t>(std::time(nullptr));
}

}  // namespace

struct Exchange::Impl final : UpstreamHandler, std::enable_shared_from_this<Exchange::Impl> {
  Impl(const ExchangeContext& shared, Sink& sink)
      : context(shared), timer(*shared.loop), client(sink) {}

  void start(ExchangeRequest incoming) {
    started_at = Clock::now();
    request = std::move(incoming);
    if (!request.renew) request.renew = context.renew;
    convert(false);
  }

  /// Runs the job and then `take`: here, or beside the loop if there is much to read.
  template <class Job>
  void run(Job job, size_t input_bytes, void (Impl::*take)(Job&)) {
    if (context.jobs == nullptr || input_bytes <= kLoopBytes) {
      job.run();
      return (this->*take)(job);
    }
    working = true;
    const auto shared = std::make_shared<Job>(std::move(job));
    job_ticket = context.jobs->run(
        input_bytes, [shared] { shared->run(); },
        [weak = weak_from_this(), shared, take] {
          const auto self = weak.lock();
          if (self && !self->client.is_over()) self->end_job(*shared, take);
        });
  }

  template <class Job>
  void end_job(Job& job, void (Impl::*take)(Job&)) {
    working = false;
    try {
      (this->*take)(job);
    } catch (const std::exception&) {
      if (!client.is_over()) fail(internal_error());
    }
  }

  void convert(bool drop_thinking) {
    RequestJob job;
    job.protocol = request.protocol;
    job.counts_tokens = request.counts_tokens;
    job.options = context.conversion;
    job.options.drop_thinking = drop_thinking;
    job.options.past = request.past;
    job.models = request.models;
    if (request.models) job.options.models = request.models.get();
    if (!request.headers.anthropic_version.empty()) {
      job.options.anthropic_version = request.headers.anthropic_version;
    }
    job.body = std::move(request.body);
    const size_t size = job.body.size();
    run(std::move(job), size, &Impl::take_converted);
  }

  void take_converted(RequestJob& job) {
    request.body = std::move(job.body);
    if (!job.result) return fail(std::move(job.result).error());
    converted = std::move(*job.result);
    times.convert = since_start();
    if (tell_converted) tell_converted(converted.body);
    client.head.notices = converted.notices;
    if (job.options.drop_thinking) {
      client.head.notices.push_back(
          {Notice::Kind::dropped, "messages",
           "the upstream refused the history's thinking; sent again without"});
      if (tell_notices) tell_notices({client.head.notices.back()});
    } else {
      form = request.form.value_or(converted.stream ? AnswerForm::stream : AnswerForm::whole);
      if (tell_notices && !client.head.notices.empty()) tell_notices(client.head.notices);
    }
    client.head.event_stream = form == AnswerForm::stream;
    client.head.protocol = converted.protocol;
    continues_left = converted.continue_paused;
    call_upstream();
  }

  /// Asks for the turn under way: for the first time, or once more after a failed attempt.
  void call_upstream() {
    const bool due = request.renew && !renewed_ahead && is_due(request.credential, now_unix_s());
    if (due) return renew_ahead();
    attempt = {};
    client.output.clear();
    if (!client.has_begun()) {
      const bool can_continue = converted.continue_paused > 0;
      converter.emplace(converted.make_output(form, request.frame, now_unix_s),
                        can_continue ? answer::OnPause::wait : answer::OnPause::end);
    } else {
      converter->resume();
    }
    attempt.pings = converter->pings();

    ProviderCall call;
    if (request.counts_tokens) call.path = "/v1/messages/count_tokens";
    call.body = take_body();
    call.credential = request.credential;
    call.headers = request.headers;
    call.headers.retries_done = retries_done;
    call.headers.betas.insert(call.headers.betas.end(), converted.betas.begin(),
                              converted.betas.end());
    PrepareJob job{context.provider, context.keeps, std::move(call), {}};
    const size_t size = context.provider->bytes_to_read(job.call);
    run(std::move(job), size, &Impl::send);
  }

  void send(PrepareJob& prepared) {
    if (!prepared.result) return fail(std::move(prepared.result).error());
    UpstreamRequest asked = std::move(*prepared.result);
    add_secrets(converted.secrets, asked.secrets);
    asked.timeouts = context.timeouts;
    attempt.secrets = asked.secrets;
    attempt.call = context.upstream->start(std::move(asked), *this);
  }

  /// A copy only of what may be needed once more.
  std::string take_body() {
    const bool continues = client.has_begun();
    std::string& body = continues ? continuation : converted.body;
    const bool again =
        retries_done < context.max_retries ||
        (!continues && (converted.has_thinking_history || converted.continue_paused > 0));
    return again ? body : std::move(body);
  }

  void on_head(UpstreamHead upstream_head) override {
    if (!client.has_begun()) times.first_byte = since_start();
    Status status = attempt.take_head(std::move(upstream_head), *context.provider, now_unix_s());
    if (!status) return fail(std::move(status).error());
    if (request.counts_tokens && attempt.kind == BodyKind::events) {
      fail(anthropic::protocol_error("the upstream answered with a stream where it counts"));
    }
  }

  void on_data(std::string_view bytes) override {
    if (working) {
      attempt.held.append(bytes);
      return attempt.call->pause();
    }
    if (attempt.kind == BodyKind::events) return on_events(bytes);
    if (Status status = attempt.gather(bytes); !status) attempt_failed(std::move(status).error());
  }

  void on_events(std::string_view bytes) {
    if (converter->complete()) return;
    // What goes out is about as long as what came in.
    if (client.output.size() + bytes.size() > kDeliverBytes) deliver();
    const size_t input_bytes = converter->unfinished_bytes() + bytes.size();
    if (context.jobs != nullptr && input_bytes > kLoopBytes) {
      deliver();
      attempt.call->pause();
      return feed_beside(false, std::string(bytes), input_bytes);
    }
    client.output.reserve(client.output.size() + bytes.size());
    after_events(converter->feed_events(bytes, client.output));
  }

  void after_events(Status status) {
    if (!status) {
      deliver();  // an answer that had begun stays begun, wherever the stream is cut
      return attempt_failed(std::move(status).error());
    }
    if (converter->complete()) {
      deliver();
      wait_for_close();
    }
  }

  /// The converter goes with the job.
  void feed_beside(bool is_message, std::string bytes, size_t input_bytes) {
    facts_before = converter->facts();
    AnswerJob job{std::move(*converter), is_message, std::move(bytes), {}, {}};
    converter.reset();
    run(std::move(job), input_bytes, &Impl::take_fed);
  }

  void take_fed(AnswerJob& job) {
    converter.emplace(std::move(job.converter));
    client.output = std::move(job.output);
    if (job.is_message) return after_last(std::move(job.status));
    after_events(std::move(job.status));
    if (client.is_over() || !attempt.call) return;
    on_caught_up();
    if (!client.is_full()) attempt.call->resume();
    if (const std::string bytes = std::exchange(attempt.held, {}); !bytes.empty()) on_data(bytes);
    if (client.is_over() || working || !attempt.call) return;
    on_caught_up();
    if (attempt.held_end) on_done(*std::exchange(attempt.held_end, std::nullopt));
  }

  void on_caught_up() override {
    if (!client.is_over() && !working && attempt.kind == BodyKind::events) deliver();
  }

  /// Gives the sink what has been converted.
  void deliver() {
    if (converter->turn_started()) note_started();
    if (tell_reasoning) {
      if (const std::string text = converter->output().take_reasoning(); !text.empty())
        tell_reasoning(text);
    }
    client.flush();
    if (client.is_full() && attempt.call) attempt.call->pause();
    const uint64_t told = std::exchange(attempt.pings, converter->pings());
    if (told != attempt.pings) client.keep_alive();
  }

  void show_failure(const Error& error, std::string& out) {
    // A job that converts a long piece has the converter, and so what the client's API wants.
    if (working || !converter) {
      out += error_event(client.head.protocol, error);
    } else if (!converter->complete()) {
      converter->output().fail(error, out);
    }
  }

  void keep_alive(std::string& out) {
    const bool answers = client.has_begun() && !client.is_over() && !working;
    if (answers && !converter->complete()) converter->output().keepalive(out);
  }

  /// The turn will not be asked for anew. An answer may stay open for minutes: what only another
  /// try would need goes.
  void note_started() {
    if (!continuation.empty()) release(continuation);
    if (client.has_begun()) return;
    release(request.body);
    if (converted.continue_paused == 0) release(converted.body);
    release(converted.notices);
    release(attempt.head.headers);
    client.begin(attempt.client_headers);
    if (client.head.event_stream) release(attempt.client_headers);
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
    closes_behind = true;
    if (attempt.call) attempt.call->resume();
    timer.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      self->attempt.call.reset();
    });
    times.total = since_start();
    client.finish();
  }

  void on_done(Status status) override {
    if (closes_behind) timer.cancel();
    if (client.is_over()) return;
    if (working) {
      attempt.held_end = std::move(status);
      return;
    }
    if (converter->complete()) return finish();
    // An error is known by its head; of its body, which may be cut off, only the message is read.
    const bool is_error_answer = attempt.head.status != 0 && attempt.kind == BodyKind::error;
    if (!status && !is_error_answer) {
      deliver();
      return attempt_failed(std::move(status).error());
    }
    switch (attempt.kind) {
      case BodyKind::error: {
        Error error = attempt.status_error();
        error.param = converted.client_path(error.param);
        context.provider->explain(error);
        return attempt_failed(std::move(error));
      }
      case BodyKind::message: {
        if (request.counts_tokens) return after_count();
        const size_t size = attempt.body.size();
        return feed_beside(true, std::move(attempt.body), size);
      }
      case BodyKind::events:
        return after_last(converter->finish(client.output));
    }
  }

  void after_count() {
    auto answer = openai::responses::input_tokens_answer(attempt.body);
    if (!answer) return attempt_failed(std::move(answer).error());
    client.begin(attempt.client_headers);
    client.output = std::move(*answer);
    client.flush();
    finish();
  }

  void after_last(Status status) {
    if (!status) return attempt_failed(std::move(status).error());
    deliver();
    if (converter->paused()) return continue_paused();
    finish();
  }

  void continue_paused() {
    if (continues_left-- > 0) {
      retries_done = 0;  // another request, whose tries are its own
      continuation = anthropic::continue_request(converted.body, converter->paused_content());
      return call_upstream();
    }
    converter->end_paused(client.output);
    deliver();
    finish();
  }

  /// An upstream failure: once more without thinking, once more after a wait, or the end.
  void attempt_failed(Error error) {
    attempt.mask_error(error);  // whole: its message is cut
    error = in_openai_words(std::move(error));
    // A continuation that has written nothing yet can be asked for anew as a first turn can.
    if (client.has_begun() && converter->turn_started()) return fail(std::move(error));
    if (!client.has_begun() && converted.has_thinking_history && refuses_thinking(error)) {
      return convert(true);
    }
    if (!client.has_begun() && !tried_again) {
      switch (context.provider->judge(attempt.head, attempt.body)) {
        case Refusal::none:
          break;
        case Refusal::credential:
          if (!request.renew) break;
          tried_again = true;
          return renew_credential(std::move(error));
        case Refusal::corrected:
          tried_again = true;
          return convert(false);
      }
    }
    const auto delay =
        attempt.retry_delay_after(error, retries_done, context.max_retries, now_unix_s());
    if (!delay) {
      attempt.tell_requested_delay(error, now_unix_s());
      return fail(std::move(error));
    }
    if (tell_retry) tell_retry(*delay, error);
    ++retries_done;
    attempt.call.reset();
    timer.expires_after(*delay);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto self = weak.lock();
      if (!cancelled && self) self->call_upstream();
    });
  }

  /// Asks for a newer credential and goes on with `then`, unless the client left meanwhile.
  template <class Then>
  void ask_for_credential(Then then) {
    request.renew(request.credential, [weak = weak_from_this(), then = std::move(then)](
                                          Result<std::optional<Credential>> renewed) {
      const auto self = weak.lock();
      if (self && !self->client.is_over()) then(*self, std::move(renewed));
    });
  }

  void renew_credential(Error error) {
    attempt.call.reset();
    ask_for_credential([error = std::move(error)](Impl& self, auto renewed) {
      if (!renewed) return self.fail(std::move(renewed).error());
      if (!*renewed) return self.fail(error);
      self.request.credential = std::move(**renewed);
      self.convert(false);  // the body may have gone with the first call
    });
  }

  /// Before the credential ends. One that is still good is used where no other can be had.
  void renew_ahead() {
    renewed_ahead = true;
    ask_for_credential([](Impl& self, auto renewed) {
      const bool over = is_over(self.request.credential, now_unix_s());
      if (!renewed && over) return self.fail(std::move(renewed).error());
      if (renewed && *renewed) self.request.credential = std::move(**renewed);
      self.call_upstream();
    });
  }

  void resume() {
    client.note_room();
    if (attempt.call && !working) attempt.call->resume();
  }

  /// The owner may destroy the exchange from inside the sink's last call: nothing comes after it.
  void finish() {
    end();
    client.finish();
  }
  void fail(Error error) {
    attempt.mask_error(error);
    if (client.has_begun() && converter) converter->output().fail(error, client.output);
    client.flush();
    end();
    client.fail(error, std::move(attempt.client_headers));
  }
  void end() {
    times.total = since_start();
    timer.cancel();
    attempt.call.reset();
  }

  [[nodiscard]] std::chrono::microseconds since_start() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_at);
  }

  const ExchangeContext& context;
  boost::asio::steady_timer timer;  ///< the wait before a retry, or for the close
  std::function<void(const Notices&)> tell_notices;
  std::function<void(std::string_view)> tell_converted;
  std::function<void(std::chrono::milliseconds, const Error&)> tell_retry;
  std::function<void(std::string_view)> tell_reasoning;

  ExchangeRequest request;
  ConvertedRequest converted;
  AnswerForm form = AnswerForm::whole;

  Delivery client;
  Attempt attempt;  ///< the last one
  std::optional<AnswerConverter> converter;
  AnswerFacts facts_before;  ///< while a job has the converter
  JobThread::Ticket job_ticket;
  std::string continuation;  ///< the request that continues a paused turn, until that begins
  bool tried_again = false;  ///< after a refused credential or a corrected clock
  bool renewed_ahead = false;
  bool working = false;        ///< a job has the request, or the converter and what it reads
  bool closes_behind = false;  ///< over for the client; the call is held until it is closed
  int retries_done = 0;
  int continues_left = 0;
  Clock::time_point started_at;
  ExchangeTimes times;
};

bool is_due(const Credential& credential, int64_t now_unix_s) {
  const int64_t expires = credential.aws.expires_unix_s;
  return credential.refused || (expires != 0 && expires < now_unix_s + kRenewAheadSeconds);
}

bool is_over(const Credential& credential, int64_t now_unix_s) {
  const int64_t expires = credential.aws.expires_unix_s;
  return credential.refused || (expires != 0 && expires <= now_unix_s);
}

Exchange::Exchange(const ExchangeContext& context, Sink& sink)
    : impl_(std::make_shared<Impl>(context, sink)) {}

Exchange::~Exchange() {
  // A timer's handler that is queued already holds no more than a weak reference.
  if (!impl_->closes_behind) impl_->attempt.call.reset();
}

void Exchange::on_notices(std::function<void(const Notices&)> callback) {
  impl_->tell_notices = std::move(callback);
}

void Exchange::on_converted(std::function<void(std::string_view)> callback) {
  impl_->tell_converted = std::move(callback);
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
  impl_->resume();
}

void Exchange::keep_alive(std::string& out) {
  impl_->keep_alive(out);
}

void Exchange::show_failure(const Error& error, std::string& out) {
  impl_->show_failure(error, out);
}

const AnswerFacts& Exchange::facts() const {
  return impl_->converter ? impl_->converter->facts() : impl_->facts_before;
}

const ExchangeTimes& Exchange::times() const {
  return impl_->times;
}
const std::string& Exchange::model() const {
  return impl_->converted.model;
}
const std::string& Exchange::upstream_request_id() const {
  return impl_->attempt.request_id;
}

}  // namespace proxx
