#include "cli/half_price/loop.h"

#include <boost/asio/io_context.hpp>
#include <ctime>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "openai/error.h"
#include "upstream/body_kind.h"
#include "upstream/curl/head_reader.h"
#include "upstream/provider.h"

namespace proxx::cli {
namespace {

/// A page of 1000 batches has half a MiB; a message of the largest model a few.
constexpr size_t kMaxBodyBytes = size_t{32} << 20;
constexpr size_t kMaxErrorBytes = size_t{64} << 10;
/// One item's result.
constexpr size_t kMaxLineBytes = size_t{16} << 20;
/// How long a creation's answer is waited for after a signal.
constexpr std::chrono::seconds kLastWait{30};

/// What a head alone says: only a plain 200 has a body to be read. The content-type does not
/// count: results had none until 2026.
std::optional<Error> head_error(const UpstreamHead& head) {
  if (head.status >= 300 && head.status < 400) {
    return Error(ErrorKind::upstream_redirect, "upstream answered " + std::to_string(head.status) +
                                                   " with a redirect, which is never followed");
  }
  if (head.status == 200 && has_content_coding(head.headers)) {
    return Error(ErrorKind::upstream_bad_content_type,
                 "upstream answered with a coded body that nobody asked for");
  }
  if (head.status < 200 || (head.status > 200 && head.status < 300)) {
    return Error(ErrorKind::upstream_protocol,
                 "upstream answered " + std::to_string(head.status) + "; expected 200");
  }
  return std::nullopt;
}

HalfAnswer unsent(Error error) {
  HalfAnswer answer;
  answer.fate = HalfAnswer::Fate::not_sent;
  answer.error = std::move(error);
  return answer;
}

}  // namespace

LoopCalls::LoopCalls(Runtime& runtime, bool newline)
    : runtime_(runtime),
      first_signal_(runtime.loop(), newline, [this](int signal) { on_signal(signal); }),
      timer_(runtime.loop()),
      cutter_(kMaxLineBytes) {}

LoopCalls::~LoopCalls() = default;

int64_t LoopCalls::now_unix_s() {
  return static_cast<int64_t>(std::time(nullptr));
}

double LoopCalls::random() {
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

void LoopCalls::run_loop() {
  runtime_.loop().restart();
  runtime_.loop().run();
}

void LoopCalls::on_signal(int signal) {
  signal_ = signal;
  if (!creates_ || !sent_) return runtime_.loop().stop();
  timer_.expires_after(kLastWait);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) runtime_.loop().stop();
  });
}

void LoopCalls::wait(std::chrono::milliseconds time) {
  if (interrupted()) return;
  timer_.expires_after(time);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) runtime_.loop().stop();
  });
  run_loop();
  timer_.cancel();
}

HalfAnswer LoopCalls::call(HalfCall call) {
  each_ = nullptr;
  return run(std::move(call));
}

HalfAnswer LoopCalls::lines(const std::string& path,
                            const std::function<bool(std::string_view line)>& each) {
  each_ = &each;
  cutter_ = LineCutter(kMaxLineBytes);
  HalfCall call;
  call.path = path;
  HalfAnswer answer = run(std::move(call));
  each_ = nullptr;
  return answer;
}

HalfAnswer LoopCalls::run(HalfCall call) {
  if (is_due(runtime_.credential(), now_unix_s())) {
    const Result<bool> renewed = renew();
    if (!renewed && is_over(runtime_.credential(), now_unix_s())) return unsent(renewed.error());
  }
  HalfAnswer first = run_once(call);
  if (first.fate != HalfAnswer::Fate::answered || !first.error) return first;
  switch (runtime_.context().provider->judge({first.status, first.headers}, first.error->message)) {
    case Refusal::none:
      return first;
    case Refusal::credential: {
      const Result<bool> renewed = renew();
      if (!renewed) return unsent(renewed.error());
      if (!*renewed) return first;
      break;
    }
    case Refusal::corrected:
      break;
  }
  return run_once(std::move(call));
}

Result<bool> LoopCalls::renew() {
  if (!runtime_.context().renew || interrupted()) return false;
  const auto found = std::make_shared<Result<bool>>(false);
  runtime_.context().renew(
      runtime_.credential(),
      [found, loop = &runtime_.loop()](const Result<std::optional<Credential>>& renewed) {
        *found = renewed.map([](const auto& other) { return other.has_value(); });
        loop->stop();
      });
  run_loop();
  if (interrupted()) return false;
  return *found;
}

HalfAnswer LoopCalls::run_once(HalfCall call) {
  answer_ = {};
  sent_ = over_ = false;
  creates_ = call.creates;
  if (interrupted()) return unsent(interrupted_error());
  const ExchangeContext& context = runtime_.context();
  ProviderCall asked;
  asked.method = std::move(call.method);
  asked.path = std::move(call.path);
  asked.body = std::move(call.body);
  asked.credential = runtime_.credential();
  asked.headers.betas = std::move(call.betas);
  auto request = context.provider->prepare(std::move(asked));
  if (!request) return unsent(std::move(request).error());
  request->timeouts = context.timeouts;
  request->once = call.creates;
  secrets_ = request->secrets;
  // Nothing of it is held but one line.
  if (each_ != nullptr) request->max_answer_bytes = std::numeric_limits<size_t>::max();
  {
    const auto running = context.upstream->start(std::move(*request), *this);
    run_loop();
  }
  timer_.cancel();
  creates_ = false;
  if (!over_) answer_.error = interrupted_error();
  const bool answered = over_ && answer_.status != 0 &&
                        (!answer_.error || answer_.error->kind == ErrorKind::upstream_status);
  answer_.fate = answered ? HalfAnswer::Fate::answered
                 : sent_  ? HalfAnswer::Fate::unknown
                          : HalfAnswer::Fate::not_sent;
  return std::move(answer_);
}

void LoopCalls::on_head(UpstreamHead head) {
  answer_.error = head_error(head);
  answer_.status = head.status;
  answer_.headers = std::move(head.headers);
  if (answer_.error) end(std::nullopt);
}

void LoopCalls::on_data(std::string_view bytes) {
  if (over_) return;
  if (each_ != nullptr && answer_.status == 200) {
    cutter_.feed(bytes);
    return take_lines();
  }
  if (answer_.status != 200) {
    answer_.body.append(bytes.substr(0, kMaxErrorBytes - answer_.body.size()));
  } else if (bytes.size() > kMaxBodyBytes - answer_.body.size()) {
    end(Error(ErrorKind::upstream_protocol, "the upstream's answer is too large"));
  } else {
    answer_.body.append(bytes);
  }
}

void LoopCalls::take_lines() {
  while (const auto line = cutter_.next()) {
    if (!(*each_)(line->text)) return end(std::nullopt);
  }
}

void LoopCalls::on_done(Status status) {
  if (over_) return;
  if (answer_.status != 0 && answer_.status != 200) {
    mask(secrets_, answer_.body);
    const auto type = media_type(answer_.headers);
    Error error = upstream_status_error(answer_.status, type, std::exchange(answer_.body, {}));
    // Ours are decisions about a status, and 529 is shown as another.
    error.http_status = answer_.status;
    return end(std::move(error));
  }
  if (!status) return end(std::move(status).error());
  if (each_ != nullptr) {
    // A last line may lack its newline.
    if (const auto line = cutter_.rest()) (*each_)(line->text);
  }
  end(std::nullopt);
}

void LoopCalls::end(std::optional<Error> error) {
  over_ = true;
  if (error) {
    for (std::string* const text : {&error->message, &error->param, &error->code}) {
      mask(secrets_, *text);
    }
    answer_.error = std::move(error);
  }
  runtime_.loop().stop();
}

}  // namespace proxx::cli
