#pragma once
#include <cstddef>
#include <string_view>

// The query of a list call.

namespace proxx::mock {

/// What stands after the `?` of a target; "" without one.
[[nodiscard]] std::string_view query_of(std::string_view target);
/// The value of a parameter, or "".
[[nodiscard]] std::string_view parameter(std::string_view query, std::string_view name);
/// `limit` as the API takes it: 20 by default, 1 to 1000.
[[nodiscard]] size_t page_size(std::string_view limit);

}  // namespace proxx::mock
