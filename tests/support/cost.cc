#include "support/cost.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <new>

// A sanitizer's own operator new finds errors that one of ours would hide.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROXX_COUNT_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define PROXX_COUNT_ALLOCATIONS 0
#endif
#endif
#ifndef PROXX_COUNT_ALLOCATIONS
#define PROXX_COUNT_ALLOCATIONS 1
#endif

namespace {

std::atomic<uint64_t> allocated_bytes{0};
std::atomic<uint64_t> allocations{0};

}  // namespace

#if PROXX_COUNT_ALLOCATIONS
void* operator new(size_t size) {
  allocated_bytes.fetch_add(size, std::memory_order_relaxed);
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
#endif

namespace proxx::test {
namespace {

constexpr double kMaxGrowth = 6;  // for an input that is four times as large
constexpr double kClearlyLinear = 5;
constexpr uint64_t kShortTime = 5'000'000;  // of the larger input, in nanoseconds
constexpr uint64_t kLongTime = 50'000'000;
constexpr int kTries = 3;

/// User instructions of this thread; not there in many containers.
class InstructionCounter {
 public:
  InstructionCounter() {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    fd_ = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
  }
  ~InstructionCounter() {
    if (fd_ >= 0) close(fd_);
  }
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  [[nodiscard]] bool works() const { return fd_ >= 0 && now() > 0; }
  [[nodiscard]] uint64_t now() const {
    uint64_t count = 0;
    return read(fd_, &count, sizeof count) == sizeof count ? count : 0;
  }

 private:
  int fd_ = -1;
};

uint64_t processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

class Meter {
 public:
  Meter() : counts_instructions_(counter_.works()) {}

  [[nodiscard]] bool counts_instructions() const { return counts_instructions_; }
  [[nodiscard]] uint64_t now() const {
    return counts_instructions_ ? counter_.now() : processor_time();
  }

 private:
  InstructionCounter counter_;
  bool counts_instructions_;
};

struct Run {
  Cost cost;
  size_t output = 0;
};

Run run(const Meter& meter, const std::function<size_t()>& work, uint64_t times) {
  Run out;
  const uint64_t bytes = allocated_bytes;
  const uint64_t count = allocations;
  const uint64_t begin = meter.now();
  for (uint64_t i = 0; i < times; ++i) out.output = work();
  out.cost.cpu = meter.now() - begin;
  out.cost.allocated_bytes = (allocated_bytes - bytes) / times;
  out.cost.allocations = (allocations - count) / times;
  return out;
}

std::string judged(const char* measure, uint64_t small, uint64_t large, double most = kMaxGrowth) {
  // What hardly costs anything may cost a little more.
  constexpr uint64_t kNothing = 1000;
  const double growth = static_cast<double>(large) / static_cast<double>(std::max(small, kNothing));
  if (growth <= most) return {};
  return std::string(measure) + " grew from " + std::to_string(small) + " to " +
         std::to_string(large);
}

}  // namespace

std::string growth(const Work& work, size_t n) {
  static const Meter meter;
  const auto small = work(n);
  const auto large = work(4 * n);
  (void)small();  // makes what a process has once
  const Run small_run = run(meter, small, 1);
  const Run large_run = run(meter, large, 1);
  std::string problem = judged("output", small_run.output, large_run.output);
  if (problem.empty()) {
    problem = judged("memory", small_run.cost.allocated_bytes, large_run.cost.allocated_bytes);
  }
  if (problem.empty()) {
    problem = judged("allocations", small_run.cost.allocations, large_run.cost.allocations);
  }
  if (!problem.empty()) return problem;
  if (meter.counts_instructions()) {
    return judged("instructions", small_run.cost.cpu, large_run.cost.cpu);
  }
  const auto measure = [&](uint64_t least_time, double most) {
    const uint64_t times = least_time / std::max<uint64_t>(large_run.cost.cpu, 1) + 1;
    const Run of_large = run(meter, large, times);
    const Run of_small = run(meter, small, times);
    return judged("processor time", of_small.cost.cpu, of_large.cost.cpu, most);
  };
  // What is far from the limit need not be measured for long.
  if (measure(kShortTime, kClearlyLinear).empty()) return {};
  for (int i = 0; i < kTries; ++i) {
    problem = measure(kLongTime, kMaxGrowth);
    if (problem.empty()) return {};
  }
  return problem;
}

}  // namespace proxx::test
