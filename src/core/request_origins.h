#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

// Where the parts of a converted request come from: the upstream's errors name its own paths, and
// clients know theirs (wire.md 6.9).

namespace proxx {

/// What of the OpenAI request became a block of the body.
struct BlockOrigin {
  enum class Member : uint8_t { none, content, tool_calls };
  int32_t message = -1;  ///< index in `messages`; -1: none of them
  int32_t index = -1;    ///< in that member of the message; -1: all of it
  Member member = Member::none;
};

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
