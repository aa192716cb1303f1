#pragma once
#include <chrono>

namespace proxx::cli {

/// One gate for all requests of a batch: when the upstream tells one of them to wait, none starts
/// until then. Behind it they leave one by one, spread over a while, not as a herd.
class Gate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Nobody before `until`. An earlier `until` than one already set changes nothing.
  void hold(Time now, Time until);
  /// The earliest start of one who would start at `wanted`; `random` in [0, 1) is its place among
  /// those who wait.
  [[nodiscard]] Time opening(Time wanted, double random) const;

 private:
  Time until_{};
  std::chrono::milliseconds spread_{0};
};

}  // namespace proxx::cli
