#include "cli/bridge_run.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "cli/input.h"
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
        recording_(run.runtime_.context(), run.runtime_.record_folder(), std::nullopt, *this),
        exchange_(recording_.context(), recording_.sink()) {}

  void start(std::string body) {
    ExchangeRequest request;
    request.body = std::move(body);
    request.credential = run_.runtime_.credential();
    exchange_.start(std::move(request));
  }
  void resume() { exchange_.resume(); }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const AnswerFacts& facts() const { return exchange_.facts(); }

  void begin(const AnswerHead& head) override {
    streaming_ = head.event_stream;
    notices_ = head.notices;
  }
  bool write(std::string_view bytes) override {
    if (streaming_) return run_.writer_.write(chunk_lines(id_, bytes, notices_));
    completion_.append(bytes);
    return true;
  }
  void finish() override {
    if (!streaming_) run_.writer_.write(response_line(id_, completion_, notices_));
    run_.finished(*this, false);
  }
  void fail(const AnswerHead& head, const Error& error) override {
    run_.writer_.write(error_line(id_, error, head.notices));
    run_.finished(*this, true);
  }

 private:
  BridgeRun& run_;
  std::string id_;
  bool streaming_ = false;
  Notices notices_;
  std::string completion_;
  Recording recording_;
  Exchange exchange_;
};

BridgeRun::BridgeRun(Runtime& runtime, size_t jobs, int input, int output)
    : runtime_(runtime),
      jobs_(jobs),
      source_(runtime.loop(), input, kMaxRequestBytes),
      writer_(runtime.loop(), output) {
  writer_.on_drain([this] { drained(); });
  writer_.on_error([this](const Error& error) { end(proxx::fail(error)); });
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
  if (!next) return end(proxx::fail(next.error()));
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
      waiting_bytes_ += asked->body.size();
      waiting_.push_back({id, std::string(asked->body)});
  }
}

void BridgeRun::start_waiting() {
  while (!waiting_.empty() && talks_.size() < jobs_ && writer_.idle()) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= next.body.size();
    talks_.push_back(std::make_unique<Talk>(*this, std::move(next.id)));
    talks_.back()->start(std::move(next.body));
  }
}

void BridgeRun::reply(const std::string& line) {
  if (!writer_.write(line)) unread_bytes_ += line.size();
}

/// An id that is unknown was answered just now: the two lines crossed.
void BridgeRun::cancel(const std::string& id) {
  const auto same = [&id](const auto& each) { return each->id() == id; };
  const auto queued = std::find_if(waiting_.begin(), waiting_.end(),
                                   [&id](const Waiting& each) { return each.id == id; });
  const auto running = std::find_if(talks_.begin(), talks_.end(), same);
  if (queued != waiting_.end()) {
    waiting_bytes_ -= queued->body.size();
    waiting_.erase(queued);
  } else if (running != talks_.end()) {
    talks_.erase(running);
  } else {
    return;
  }
  reply(error_line(id, error_of("cancelled", "cancelled", kStatusCancelled)));
}

bool BridgeRun::is_known(const std::string& id) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&id](const Waiting& each) { return each.id == id; }) ||
         std::any_of(talks_.begin(), talks_.end(),
                     [&id](const auto& each) { return each->id() == id; });
}

void BridgeRun::finished(Talk& talk, bool failed) {
  const AnswerFacts& facts = talk.facts();
  ++counts_.done;
  if (failed) ++counts_.failed;
  if (!failed) counts_.add(facts, runtime_.models().find(facts.model));
  talks_.remove_if([&talk](const auto& each) { return each.get() == &talk; });
  // Not from here: the exchange that has just ended is the caller.
  boost::asio::post(runtime_.loop(), [this] {
    start_waiting();
    read();
    end_if_done();
  });
}

void BridgeRun::drained() {
  unread_bytes_ = 0;
  for (const auto& talk : talks_) talk->resume();
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
