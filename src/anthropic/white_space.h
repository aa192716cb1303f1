#pragma once
#include <string_view>

#include "json/raw.h"

namespace proxx::anthropic {

/// True if `raw` decodes to nothing but white space (or to nothing). The upstream
/// refuses such a text block and such a stop sequence.
[[nodiscard]] bool is_blank(json::Raw raw);

/// Decoded text without the white space at its end, which the upstream refuses in the last text of
/// a final assistant message.
[[nodiscard]] std::string_view trim_end(std::string_view text);

}  // namespace proxx::anthropic
