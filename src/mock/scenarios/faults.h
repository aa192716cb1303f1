#pragma once
#include <span>
#include <string_view>

#include "mock/scenarios/scenarios.h"

namespace proxx::mock {

/// A scenario that is about the wire: mostly the `text` message, spoilt.
struct FaultScenario {
  std::string_view name;
  std::string_view shows;
  Answer (*play)(const Asked& asked);
};

[[nodiscard]] std::span<const FaultScenario> fault_scenarios();

/// A message as the request wants it: events or JSON.
[[nodiscard]] Answer play_message(const Message& message, const Asked& asked);

}  // namespace proxx::mock
