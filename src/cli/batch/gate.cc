#include "cli/batch/gate.h"

#include <algorithm>

namespace proxx::cli {
namespace {

/// Those held back start within a quarter of the wait, but within this at least.
constexpr int kSpreadDivisor = 4;
constexpr std::chrono::milliseconds kLeastSpread{100};

}  // namespace

void Gate::hold(Time now, Time until) {
  if (until <= until_) return;
  until_ = until;
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
  spread_ = std::max(wait / kSpreadDivisor, kLeastSpread);
}

Gate::Time Gate::opening(Time wanted, double random) const {
  if (wanted >= until_) return wanted;
  const auto place = std::chrono::duration<double, std::milli>(spread_) * random;
  return until_ + std::chrono::duration_cast<Time::duration>(place);
}

}  // namespace proxx::cli
