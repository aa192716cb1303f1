#pragma once
#include <vector>

#include "mock/message.h"
#include "mock/rules/asked.h"

namespace proxx::mock {

/// A call that the prompt spells out: `exec_command {"cmd":"ls"}`.
struct StatedCall {
  Json tool;  ///< as the request describes it
  Json input;
};

/// The calls that the last user message spells out, in their order: the name of a tool of the
/// request, then a JSON object that is no JSON Schema. At most 64 objects are looked at.
[[nodiscard]] std::vector<StatedCall> stated_calls(const Asked& asked);

}  // namespace proxx::mock
