#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "exchange/exchange.h"
#include "upstream/headers.h"

namespace boost::asio {
class io_context;
}

namespace proxx {

/// A credential that nothing could be read to replace: marked as refused. One that is about to
/// expire stays as it is: its end is known, and it is good until then.
[[nodiscard]] Credential irreplaceable(Credential refused);

/// Reads proxx's own credential again when the upstream refuses it, or when it is about to expire:
/// keys are rotated, tokens last an hour. One reading at a time, on a thread of its own, and for a
/// credential that it finds unchanged at most one in kPause. From any thread.
class KeyRenewal {
 public:
  static constexpr std::chrono::seconds kPause{10};

  /// Called beside the loops. `stop` becomes true when nobody waits for it any more.
  using Read = std::function<Result<Credential>(const std::atomic<bool>& stop)>;
  /// Called on the thread that read, with the credential that counts from now on: one that differs
  /// from the refused one or, where none can be read, that one as irreplaceable().
  using OnRenewed = std::function<void(const Credential& renewed)>;
  using OnAnswer = OnRenewal;

  KeyRenewal(Read read, OnRenewed on_renewed);
  /// A reading under way is told to stop, and not waited for. No callback comes any more.
  ~KeyRenewal();
  KeyRenewal(const KeyRenewal&) = delete;
  KeyRenewal& operator=(const KeyRenewal&) = delete;

  /// `on_answer` is called on `loop`, in another turn of it. `loop` must outlive the renewal.
  void ask(boost::asio::io_context& loop, const Credential& refused, OnAnswer on_answer);

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the thread, which may outlive the renewal
};

}  // namespace proxx
