#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace proxx::mock::sample {

struct Lengths {
  size_t min;  ///< in characters
  size_t max;
};

/// A string that a regular expression (ECMA-262) matches: the first alternative, the first
/// character of a class, one turn of `*`. Look-arounds and word boundaries are skipped, so a
/// pattern that needs them may not match. A greater `variant` gives a longer string where the
/// pattern allows one.
///
/// Nothing for a pattern that cannot be read, matches nothing of these lengths, nests more than 64
/// groups, or gives more than 64 KiB. The work grows with the pattern and with the string only.
[[nodiscard]] std::optional<std::string> sample_of_pattern(std::string_view pattern,
                                                           const Lengths& lengths,
                                                           size_t variant = 0);

}  // namespace proxx::mock::sample
