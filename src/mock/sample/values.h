#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mock/sample/demands.h"

// Numbers and strings that meet their demands. `variant` counts the items of a list whose items
// must differ; other values have 0.

namespace proxx::mock::sample {

[[nodiscard]] std::optional<Json> make_number(const Demands& demands, bool whole, size_t variant);

/// `name` is that of the property, for a text that says where it belongs. Nothing if the string had
/// to be longer than 64 KiB or if it can be of no length.
[[nodiscard]] std::optional<std::string> make_string(const Demands& demands, std::string_view name,
                                                     size_t variant);

}  // namespace proxx::mock::sample
