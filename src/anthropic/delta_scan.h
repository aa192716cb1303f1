#pragma once
#include <cstddef>
#include <string_view>

#include "anthropic/event.h"

namespace proxx::anthropic {

/// Decodes the text that the API itself sends for a text, input JSON or thinking delta
/// (wire.md 2.3), nine events of ten, with the result of decode_event(). Returns false for any
/// other text, valid or not: the caller parses that, and `delta` has no meaning.
[[nodiscard]] bool scan_delta(std::string_view data, ContentBlockDelta& delta);

/// Decodes the same text as an event on the wire: `event: content_block_delta`, a line of `data: `,
/// a blank line, each ended by LF. This saves the search for line ends. Returns the size of the
/// event that `bytes` begin with, or 0.
[[nodiscard]] size_t scan_delta_event(std::string_view bytes, ContentBlockDelta& delta);

}  // namespace proxx::anthropic
