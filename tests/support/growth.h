#pragma once
#include <algorithm>
#include <ctime>

namespace proxx::test {

/// Processor time of this thread, in seconds: the best of three runs.
template <class Work>
double cpu_seconds(Work work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double begin = now();
    work();
    best = std::min(best, now() - begin);
  }
  return best;
}

/// True if four times the size costs at most six times the time (docs/faults.md 8), or so little
/// that it is not worth measuring.
template <class WorkOfSize>
bool grows_linearly(size_t size, WorkOfSize work) {
  constexpr double kNoise = 0.005;
  const double one = cpu_seconds([&] { work(size); });
  const double four = cpu_seconds([&] { work(4 * size); });
  return four <= 6 * one + kNoise;
}

}  // namespace proxx::test
