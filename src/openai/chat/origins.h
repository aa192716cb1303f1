#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/input_block.h"

// Where the parts of a converted request come from. The upstream's errors name its own paths;
// clients know only theirs (wire.md 6.9).

namespace proxx {

struct RequestOrigins {
  std::vector<anthropic::Origin> system;
  std::vector<anthropic::Origin> blocks;  ///< of all messages of the body, in order
  std::vector<size_t> first_blocks;       ///< of each message of the body: index in `blocks`
  std::string_view tools = "tools";  ///< or `functions`: where the body's tools come from, in order
  size_t tool_count = 0;             ///< how many; a tool after them comes from web_search_options
  /// Fields of the body, and the client's field that each comes from, if it has another name.
  std::vector<std::pair<std::string_view, std::string_view>> fields;
};

}  // namespace proxx
