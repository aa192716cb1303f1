#pragma once
#include <optional>

#include "json/reader.h"
#include "policy/wishes.h"

namespace proxx::policy {

/// The level that a string names: none, minimal, low, medium, high, xhigh or max.
[[nodiscard]] std::optional<Level> level_of(json::Reader name);

}  // namespace proxx::policy
