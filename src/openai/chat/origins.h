#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/block_origin.h"

// Where the parts of a converted request come from: the upstream's errors name its own paths, and
// clients know theirs (wire.md 6.9).

namespace proxx {

struct RequestOrigins {
  std::vector<BlockOrigin> system;
  std::vector<BlockOrigin> blocks;   ///< of all messages of the body, one after the other
  std::vector<size_t> first_blocks;  ///< of each message of the body: index in `blocks`
  std::string_view tools = "tools";  ///< or `functions`: where the body's tools come from, in order
  size_t tool_count = 0;             ///< of those; a web search behind them is of our making
  /// Fields of the body, and the client's that they come from where its name is another.
  std::vector<std::pair<std::string_view, std::string_view>> fields;
};

}  // namespace proxx
