#pragma once
#include <cstdint>
#include <functional>
#include <string>

// What a piece of work costs, in measures that come out the same on a busy machine, and how that
// grows with the size of its input (docs/faults.md 8).

namespace proxx::test {

struct Cost {
  uint64_t cpu = 0;              ///< instructions in user mode, else nanoseconds of processor time
  uint64_t allocated_bytes = 0;  ///< by operator new, all together; 0 under a sanitizer
  uint64_t allocations = 0;
};

/// Makes the input of size `n`, and gives the work on it: a call of that is what is measured, and
/// returns the bytes of its output.
using Work = std::function<std::function<size_t()>(size_t n)>;

/// "" if four times the input costs at most six times as much, in each measure and in bytes of
/// output; else what grew, and how much.
[[nodiscard]] std::string growth(const Work& work, size_t n);

}  // namespace proxx::test
