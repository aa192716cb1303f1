#pragma once
#include <cstddef>
#include <string_view>

#include "anthropic/event.h"

namespace proxx::anthropic {

/// The fast way for nine events of ten. Takes exactly the text that the API sends for a text, input
/// JSON or thinking delta (wire.md 2.3) and gives what decode_event() gives for it; false for any
/// other text, valid or not: then the plain way has to look, and `delta` is of no use.
[[nodiscard]] bool scan_delta(std::string_view data, ContentBlockDelta& delta);

/// The same for a whole event as it comes over the wire: `event: content_block_delta`, a line of
/// `data: `, a blank line, each ended by LF. Nobody has to look for the ends of its lines first.
/// The size of the event that `bytes` begin with, or 0.
[[nodiscard]] size_t scan_delta_event(std::string_view bytes, ContentBlockDelta& delta);

}  // namespace proxx::anthropic
