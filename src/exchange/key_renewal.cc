#include "exchange/key_renewal.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace proxx {

Credential irreplaceable(Credential refused) {
  refused.refused = !is_due(refused, static_cast<int64_t>(std::time(nullptr))) || refused.refused;
  return refused;
}

struct KeyRenewal::State : std::enable_shared_from_this<State> {
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    boost::asio::io_context* loop;
    Credential refused;
    OnAnswer on_answer;
  };

  State(Read read_arg, OnRenewed on_renewed_arg)
      : read(std::move(read_arg)), on_renewed(std::move(on_renewed_arg)) {}

  void run();
  /// What the last reading means to who was refused with `refused`. By `mutex`.
  [[nodiscard]] Result<std::optional<Credential>> renewed_for(const Credential& refused) const;
  static void answer(const Waiting& waiting, Result<std::optional<Credential>> renewed);

  const Read read;
  const OnRenewed on_renewed;
  std::atomic<bool> stop{false};
  std::mutex mutex;
  bool running = false;
  /// Of the last reading: the key that it was for, irreplaceable() if it failed, and the one that
  /// it found.
  Credential replaced;
  std::optional<Credential> found;
  std::optional<Error> failed;  ///< why there was none to read
  Clock::time_point next_reading;
  std::vector<Waiting> waiting;
};

void KeyRenewal::State::run() {
  Result<Credential> result = err(ErrorKind::internal, "internal error");
  try {
    result = read(stop);
  } catch (const std::exception&) {
    // As it was.
  }
  const std::lock_guard lock(mutex);
  running = false;
  next_reading = Clock::now() + kPause;
  if (stop) return;
  found.reset();
  failed.reset();
  if (!waiting.empty()) replaced = waiting.front().refused;
  if (!result) {
    failed = Error(ErrorKind::upstream_credentials, result.error().message);
    const Credential refused = std::exchange(replaced, irreplaceable(replaced));
    if (refused != replaced) on_renewed(replaced);
  } else if (!result->empty()) {
    found = std::move(*result);
    if (*found != replaced) on_renewed(*found);
  }
  for (const Waiting& each : std::exchange(waiting, {})) answer(each, renewed_for(each.refused));
}

Result<std::optional<Credential>> KeyRenewal::State::renewed_for(const Credential& refused) const {
  if (failed) return err(*failed);
  return found && *found != refused ? found : std::nullopt;
}

void KeyRenewal::State::answer(const Waiting& waiting, Result<std::optional<Credential>> renewed) {
  boost::asio::post(*waiting.loop,
                    [on_answer = waiting.on_answer, renewed = std::move(renewed)]() mutable {
                      on_answer(std::move(renewed));
                    });
}

KeyRenewal::KeyRenewal(Read read, OnRenewed on_renewed)
    : state_(std::make_shared<State>(std::move(read), std::move(on_renewed))) {}

KeyRenewal::~KeyRenewal() {
  state_->stop = true;
  const std::lock_guard lock(state_->mutex);
  state_->waiting.clear();
}

void KeyRenewal::ask(boost::asio::io_context& loop, const Credential& refused, OnAnswer on_answer) {
  const std::lock_guard lock(state_->mutex);
  State::Waiting asking{&loop, refused, std::move(on_answer)};
  const bool known = state_->replaced == refused || state_->replaced == irreplaceable(refused);
  if (!state_->running && known) {
    const bool has_other = state_->found && *state_->found != refused;
    if (has_other || State::Clock::now() < state_->next_reading) {
      return State::answer(asking, state_->renewed_for(refused));
    }
  }
  state_->waiting.push_back(std::move(asking));
  if (state_->running) return;
  try {
    std::thread([state = state_] { state->run(); }).detach();
    state_->running = true;
  } catch (const std::system_error&) {
    for (const State::Waiting& each : std::exchange(state_->waiting, {})) {
      State::answer(each, std::nullopt);
    }
  }
}

}  // namespace proxx
