#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Characters of regular expressions, for samples (mock/sample/pattern.h).

namespace proxx::mock::sample {

/// `code` must be a code point, no surrogate.
[[nodiscard]] std::string utf8(uint32_t code);

/// A character of a class escape such as `\d`, or "".
[[nodiscard]] std::string_view of_class(char escape);

/// A character with a Unicode property: `Lu`, `Letter`, `Script=Greek` (by Latin letters only).
[[nodiscard]] std::string_view of_property(std::string_view name);

struct Interval {
  std::string first;
  std::string last;
};

/// What `\d`, `\w` and their like hold within brackets.
[[nodiscard]] std::vector<Interval> intervals_of(char escape);

}  // namespace proxx::mock::sample
