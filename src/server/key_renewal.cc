#include "server/key_renewal.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace proxx::server {
namespace {

bool same_key(const Credential& a, const Credential& b) {
  return a.api_key == b.api_key && a.auth_token == b.auth_token;
}

}  // namespace

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
  /// Tells all that wait, with `mutex` held; those only whose key was found replaced get another.
  void answer_all();

  const Read read;
  const OnRenewed on_renewed;
  std::atomic<bool> stop{false};
  std::mutex mutex;
  bool running = false;
  /// Of the last reading: the key that it was for, and another one if it found one.
  Credential replaced;
  std::optional<Credential> found;
  Clock::time_point next_reading;
  std::vector<Waiting> waiting;
};

void KeyRenewal::State::run() {
  Result<Credential> result = fail(ErrorKind::internal, "internal error");
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
  if (!waiting.empty()) replaced = waiting.front().refused;
  if (result && !result->empty()) {
    if (!same_key(replaced, *result)) found = std::move(*result);
    if (found) on_renewed(*found);
  }
  answer_all();
}

void KeyRenewal::State::answer_all() {
  for (Waiting& each : std::exchange(waiting, {})) {
    const bool has_other = found && same_key(replaced, each.refused);
    boost::asio::post(*each.loop,
                      [on_answer = std::move(each.on_answer),
                       renewed = has_other ? found : std::nullopt] { on_answer(renewed); });
  }
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
  state_->waiting.push_back({&loop, refused, std::move(on_answer)});
  if (state_->running) return;
  const bool was_read = same_key(state_->replaced, refused);
  if (was_read && (state_->found || State::Clock::now() < state_->next_reading)) {
    return state_->answer_all();
  }
  try {
    std::thread([state = state_] { state->run(); }).detach();
    state_->running = true;
  } catch (const std::system_error&) {
    state_->answer_all();
  }
}

}  // namespace proxx::server
