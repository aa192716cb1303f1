#pragma once
#include <optional>
#include <string_view>

#include "core/anthropic.h"

namespace proxx::anthropic {

/// The fast way for nine events of ten. Takes exactly the text that the API sends for a text, input
/// JSON or thinking delta (wire.md 2.3) and gives what decode_event() gives for it; nothing for
/// any other text, valid or not: then the plain way has to look.
[[nodiscard]] std::optional<ContentBlockDelta> scan_delta(std::string_view data);

}  // namespace proxx::anthropic
