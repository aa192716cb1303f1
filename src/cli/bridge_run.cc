#include "cli/bridge_run.h"

#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

#include "answer/cost.h"
#include "cli/io/input.h"
#include "cli/record.h"
#include "exchange/sink.h"

namespace proxx::cli {
namespace {

/// Requests that wait for their turn. More than may run, so that what cancels them gets through.
constexpr size_t kMaxWaiting = 1024;
constexpr size_t kMaxWaitingBytes = size_t{64} << 20;
/// Answers to bad lines that a parent who does not read leaves with us.
constexpr size_t kMaxUnreadBytes = size_t{1} << 20;
/// What nginx calls a client that closed its request.
constexpr int kStatusCancelled = 499;

Error error_of(std::string message, std::string code, int status) {
  Error error{ErrorKind::invalid_request, std::move(message), {}, std::move(code), {}, 0};
  error.http_status = status;
  return error;
}

}  // namespace

/// One request of the parent's.
class BridgeRun::Talk final : public Sink {
 public:
  Talk(BridgeRun& run, std::string id)
      : run_(run),
        id_(std::move(id)),
        recording_(run.runtime_.context(), run.runtime_.record_folder(), std::nullopt, *this,
                   chunk_frame(id_)),
        exchange_(recording_.context(), recording_.sink()) {}

  void start(std::string body) {
    ExchangeRequest request;
    request.body = std::move(body);
    request.credential = run_.runtime_.credential();
    request.frame = chunk_frame(id_);
    request.past = run_.past_;
    exchange_.start(std::move(request));
  }
  /// The parent has taken everything that was written.
  void resume() {
    if (!waiting_.empty()) run_.writer_.write(std::exchange(waiting_, {}));
    // The end destroys this.
    if (const auto end = std::exchange(end_, nullptr)) return end();
    if (run_.writer_.idle()) exchange_.resume();
  }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const AnswerFacts& facts() const { return exchange_.facts(); }

  void begin(const AnswerHead& head) override {
    streaming_ = head.event_stream;
    notices_ = head.notices;
  }
  bool write(std::string_view bytes) override {
    if (!streaming_) {
      completion_.append(bytes);
      return true;
    }
    if (waiting_.empty() && run_.writer_.idle()) {
      run_.writer_.write(bytes);
    } else {
      waiting_.append(bytes);
    }
    return run_.writer_.idle();
  }
  void finish() override {
    end_with([this] {
      run_.writer_.write(streaming_ ? done_line(id_, notices_)
                                    : response_line(id_, completion_, notices_));
      run_.finished(*this, false);
    });
  }
  void fail(const AnswerHead& head, const Error& error) override {
    end_with([this, error, notices = head.notices] {
      run_.writer_.write(error_line(id_, error, notices));
      run_.finished(*this, true);
    });
  }

 private:
  void end_with(std::function<void()> end) {
    if (waiting_.empty()) return end();
    end_ = std::move(end);
  }

  BridgeRun& run_;
  std::string id_;
  bool streaming_ = false;
  Notices notices_;
  std::string completion_;
  std::string waiting_;        ///< chunk lines that wait for the parent to read
  std::function<void()> end_;  ///< runs after them
  Recording recording_;
  Exchange exchange_;
};

BridgeRun::BridgeRun(Runtime& runtime, size_t jobs, std::shared_ptr<PastResponses> past, int input,
                     int output)
    : runtime_(runtime),
      jobs_(jobs),
      source_(runtime.loop(), input, kMaxRequestBytes),
      writer_(runtime.loop(), output),
      past_(std::move(past)) {
  writer_.on_drain([this] { drained(); });
  writer_.on_error([this](const Error& error) { end(proxx::err(error)); });
}

BridgeRun::~BridgeRun() = default;

Status BridgeRun::run() {
  read();
  runtime_.loop().run();
  return status_;
}

void BridgeRun::read() {
  if (reading_ || input_ended_) return;
  if (waiting_.size() >= kMaxWaiting || waiting_bytes_ >= kMaxWaitingBytes) return;
  if (unread_bytes_ >= kMaxUnreadBytes) return;
  reading_ = true;
  source_.next([this](LineSource::Next next) { take(std::move(next)); });
}

void BridgeRun::take(LineSource::Next next) {
  reading_ = false;
  if (!next) return end(proxx::err(next.error()));
  if (*next) {
    take_line(**next);
  } else {
    input_ended_ = true;
  }
  start_waiting();
  read();
  end_if_done();
}

void BridgeRun::take_line(const LineCutter::Line& line) {
  std::string id = "null";
  if (line.too_long) {
    const std::string limit = std::to_string(kMaxRequestBytes >> 20);
    Error error{ErrorKind::request_too_large, "line longer than " + limit + " MiB", {}, {}, {}, 0};
    return reply(error_line(id, error));
  }
  const auto asked = read_bridge_line(line.text, id, document_);
  if (!asked) {
    return reply(error_line(id, asked.error()));
  }
  switch (asked->kind) {
    case BridgeLine::Kind::nothing:
      return;
    case BridgeLine::Kind::cancel:
      return cancel(id);
    case BridgeLine::Kind::request:
      if (is_known(id)) {
        return reply(error_line(id, error_of("a request with this id is running", {}, 409)));
      }
      waiting_.push_back({id, std::string(asked->body)});
      waiting_bytes_ += waiting_.back().bytes();
      waiting_ids_.emplace(std::move(id), std::prev(waiting_.end()));
  }
}

void BridgeRun::start_waiting() {
  while (!waiting_.empty() && talks_.size() < jobs_ && writer_.idle()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= next.bytes();
    waiting_ids_.erase(next.id);
    Talk& talk = *talks_.emplace(next.id, std::make_unique<Talk>(*this, next.id)).first->second;
    talk.start(std::move(next.body));
  }
}

void BridgeRun::reply(const std::string& line) {
  if (!writer_.write(line)) unread_bytes_ += line.size();
}

/// An id that is unknown was answered just now: the two lines crossed.
void BridgeRun::cancel(const std::string& id) {
  const auto queued = waiting_ids_.find(id);
  if (queued != waiting_ids_.end()) {
    waiting_bytes_ -= queued->second->bytes();
    waiting_.erase(queued->second);
    waiting_ids_.erase(queued);
  } else if (talks_.erase(id) == 0) {
    return;
  }
  reply(error_line(id, error_of("cancelled", "cancelled", kStatusCancelled)));
}

bool BridgeRun::is_known(const std::string& id) const {
  return waiting_ids_.contains(id) || talks_.contains(id);
}

void BridgeRun::finished(Talk& talk, bool failed) {
  const AnswerFacts& facts = talk.facts();
  ++counts_.done;
  if (failed) ++counts_.failed;
  if (!failed) counts_.add(facts, cost_usd(facts, runtime_.models().find(facts.model)));
  const auto self = talks_.find(talk.id());
  talks_.erase(self);
  // Not from here: the exchange that has just ended is the caller.
  boost::asio::post(runtime_.loop(), [this] {
    start_waiting();
    read();
    end_if_done();
  });
}

void BridgeRun::drained() {
  unread_bytes_ = 0;
  // In turn, until the parent holds us up again; a talk may end and go.
  for (size_t left = talks_.size(); left > 0 && !talks_.empty() && writer_.idle(); --left) {
    auto next = talks_.upper_bound(resumed_);
    if (next == talks_.end()) next = talks_.begin();
    resumed_ = next->first;
    next->second->resume();
  }
  start_waiting();
  read();
  end_if_done();
}

void BridgeRun::end(Status status) {
  status_ = std::move(status);
  runtime_.loop().stop();
}

void BridgeRun::end_if_done() {
  if (input_ended_ && waiting_.empty() && talks_.empty() && writer_.idle()) runtime_.loop().stop();
}

}  // namespace proxx::cli
