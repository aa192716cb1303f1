#pragma once
#include <optional>
#include <string_view>
#include <vector>

namespace proxx {

/// Inserted, deleted, changed and swapped bytes between the two.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

/// The known word that `word` was probably meant to be, for "did you mean"; nothing if none is
/// close. Of equally near ones the first.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const std::vector<std::string_view>& known);

}  // namespace proxx
