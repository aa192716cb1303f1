#pragma once
#include <chrono>

namespace proxx::cli {

/// One gate for all requests of a batch. When the upstream tells one of them to wait, none starts
/// until then. Afterwards they start one by one, spread over a while, so that they don't all arrive
/// at once.
class Gate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// No request starts before `until`. Ignores an `until` earlier than one already set.
  void hold(Time now, Time until);
  /// The earliest start of a request that wants to start at `wanted`. `random` in [0, 1) is its
  /// place among those that wait.
  [[nodiscard]] Time opening(Time wanted, double random) const;

 private:
  Time until_{};
  std::chrono::milliseconds spread_{0};
};

}  // namespace proxx::cli
