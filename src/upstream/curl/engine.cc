#include "upstream/curl/engine.h"

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>

#include "upstream/curl/global.h"
#include "upstream/curl/loop.h"
#include "upstream/curl/transfer.h"

namespace proxx {
namespace {

// Transfers kept for reuse; each takes some 10 KiB, easy handle included.
constexpr size_t kMaxIdleTransfers = 256;
// To close a connection, libcurl searches all open ones, oldest first. When thousands of clients
// leave at once, the remaining streams must not wait until every connection is closed.
constexpr int kDropsAtATime = 8;

}  // namespace

struct Engine::Impl {
  class Call;
  /// A transfer and its place in the engine. CURLOPT_PRIVATE points to its Transfer.
  struct Running : Transfer {
    using Transfer::Transfer;
    Call* call = nullptr;  ///< null once destroyed
    size_t index = 0;      ///< in running_
    uint64_t number = 0;   ///< in the order of start()
    bool in_curl = false;
  };
  struct Older {
    bool operator()(const Running* one, const Running* other) const {
      return one->number < other->number;
    }
  };

  Impl(boost::asio::io_context& loop, EngineOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::unique_ptr<UpstreamCall> start(UpstreamRequest request, UpstreamHandler& handler);
  void drop(Running& transfer);

 private:
  static Running* find(CURL* easy);
  std::unique_ptr<Running> take_idle();
  void settle();
  void on_finished(Running& transfer, CURLcode code);
  void on_woken();
  void finish(Running& transfer, Status status);
  void discard(Running& transfer);

  TransferContext context_;
  std::vector<std::unique_ptr<Running>> running_;
  std::vector<std::unique_ptr<Running>> idle_;
  std::deque<Running*> fresh_;         ///< started, not yet added to curl
  std::set<Running*, Older> dropped_;  ///< call destroyed, not yet removed from curl
  uint64_t started_ = 0;
};

class Engine::Impl::Call final : public UpstreamCall {
 public:
  Call(Impl& engine, Running& transfer) : engine_(engine), transfer_(&transfer) {
    transfer.call = this;
  }
  ~Call() override {
    if (transfer_ != nullptr) engine_.drop(*transfer_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void pause() override {
    if (transfer_ != nullptr) transfer_->pause();
  }
  void resume() override {
    if (transfer_ != nullptr) transfer_->resume();
  }
  /// Called when the transfer is over or the engine is destroyed.
  void detach() { transfer_ = nullptr; }

 private:
  Impl& engine_;
  Running* transfer_;
};

Engine::Impl::Impl(boost::asio::io_context& loop, EngineOptions options) {
  if (const Status started = start_libcurl(); !started)
    throw std::runtime_error(started.error().message);
  context_.tls.emplace();
  context_.options = std::move(options);
  context_.origin = origin_of(context_.options.base_url);
  context_.trust = choose_trust(context_.options.ca_file);
  CurlLoop::Hooks hooks;
  hooks.finished = [this](CURL* easy, CURLcode code) {
    if (Running* const transfer = find(easy)) on_finished(*transfer, code);
  };
  hooks.settle = [this] { settle(); };
  hooks.woken = [this] { on_woken(); };
  hooks.sending = [](CURL* easy, bool sending) {
    if (Running* const transfer = find(easy)) transfer->set_sending(sending);
  };
  context_.loop = std::make_shared<CurlLoop>(loop, std::move(hooks));
}

Engine::Impl::~Impl() {
  for (const auto& transfer : running_) {
    if (transfer->call != nullptr) transfer->call->detach();
    transfer->silence();
    if (transfer->in_curl) context_.loop->remove(transfer->easy());
  }
  context_.loop->close();
}

// Null for libcurl's own handles: since version 8 it closes TLS connections with one.
Engine::Impl::Running* Engine::Impl::find(CURL* easy) {
  char* transfer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
  return static_cast<Running*>(static_cast<Transfer*>(static_cast<void*>(transfer)));
}

std::unique_ptr<Engine::Impl::Running> Engine::Impl::take_idle() {
  if (idle_.empty()) return std::make_unique<Running>(context_);
  auto transfer = std::move(idle_.back());
  idle_.pop_back();
  return transfer;
}

std::unique_ptr<UpstreamCall> Engine::Impl::start(UpstreamRequest request,
                                                  UpstreamHandler& handler) {
  auto owned = take_idle();
  Running& transfer = *owned;
  auto call = std::make_unique<Call>(*this, transfer);
  transfer.index = running_.size();
  transfer.number = ++started_;
  running_.push_back(std::move(owned));
  fresh_.push_back(&transfer);
  transfer.load(std::move(request), handler);
  context_.loop->kick();
  return call;
}

void Engine::Impl::drop(Running& transfer) {
  transfer.call = nullptr;
  transfer.silence();
  if (!transfer.in_curl) return discard(transfer);
  dropped_.insert(&transfer);
  context_.loop->kick();
}

void Engine::Impl::settle() {
  hand_over(context_);
  for (int i = 0; i < kDropsAtATime && !dropped_.empty(); ++i) discard(**dropped_.begin());
  if (!dropped_.empty()) context_.loop->kick();
  while (!context_.failed.empty()) {
    auto& transfer = static_cast<Running&>(*context_.failed.back());
    context_.failed.pop_back();
    finish(transfer, err(*transfer.failure()));
  }
  while (!context_.fed.empty()) {
    Transfer& transfer = *context_.fed.back();
    context_.fed.pop_back();
    transfer.tell_caught_up();
  }
  while (!fresh_.empty()) {
    Running& transfer = *fresh_.front();
    fresh_.pop_front();
    if (const auto& failure = transfer.failure()) {
      finish(transfer, err(*failure));
      continue;
    }
    // Otherwise curl searches the connections of all running transfers for a free one.
    if (context_.loop->idle_connections() == 0) transfer.connect_fresh();
    transfer.in_curl = context_.loop->add(transfer.easy()) == CURLM_OK;
    if (!transfer.in_curl)
      finish(transfer, err(ErrorKind::internal, "libcurl does not take the transfer"));
  }
}

void Engine::Impl::on_finished(Running& transfer, CURLcode code) {
  transfer.in_curl = false;
  if (transfer.handler() != nullptr && transfer.wants_second_try(code)) {
    transfer.reload();
    fresh_.push_back(&transfer);
    context_.loop->kick();
    return;
  }
  finish(transfer, transfer.outcome(code));
}

void Engine::Impl::on_woken() {
  const auto now = CurlLoop::Clock::now();
  for (size_t i = 0; i < running_.size();) {
    Running& transfer = *running_[i];
    if (transfer.deadline() <= now) {
      if (auto error = transfer.expire(now)) {
        finish(transfer, err(std::move(*error)));
        i = 0;  // the handler may have started or destroyed other transfers
        continue;
      }
    }
    ++i;
  }
  auto next = CurlLoop::Clock::time_point::max();
  for (const auto& transfer : running_) next = std::min(next, transfer->deadline());
  context_.loop->wake_by(next);
}

void Engine::Impl::finish(Running& transfer, Status status) {
  UpstreamHandler* const handler = transfer.handler();
  if (transfer.call != nullptr) transfer.call->detach();
  discard(transfer);
  if (handler != nullptr) handler->on_done(std::move(status));
}

void Engine::Impl::discard(Running& transfer) {
  dropped_.erase(&transfer);
  if (transfer.in_curl)
    context_.loop->remove(transfer.easy());
  else
    std::erase(fresh_, &transfer);
  transfer.in_curl = false;
  transfer.call = nullptr;
  transfer.unload();

  const size_t index = transfer.index;
  std::unique_ptr<Running> owned = std::move(running_[index]);
  if (index + 1 != running_.size()) {
    running_[index] = std::move(running_.back());
    running_[index]->index = index;
  }
  running_.pop_back();
  if (idle_.size() < kMaxIdleTransfers) idle_.push_back(std::move(owned));
}

Engine::Engine(boost::asio::io_context& loop, EngineOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

Engine::~Engine() = default;

std::unique_ptr<UpstreamCall> Engine::start(UpstreamRequest request, UpstreamHandler& handler) {
  return impl_->start(std::move(request), handler);
}

std::string engine_version() {
  return curl_version();
}

}  // namespace proxx
