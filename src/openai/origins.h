#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/input_block.h"
#include "anthropic/request.h"

// Where the parts of a converted request come from. The upstream's errors name its own paths;
// clients know only theirs (docs/mapping-chat.md 6.9).

namespace proxx::openai {

struct RequestOrigins {
  std::vector<anthropic::Origin> system;
  std::vector<anthropic::Origin> blocks;  ///< of all messages of the body, in order
  std::vector<size_t> first_blocks;       ///< of each message of the body: index in `blocks`
  /// Fields of the body, and the client's field that each comes from, if it has another name.
  std::vector<std::pair<std::string_view, std::string_view>> fields;

  /// The client's path of a block, or of the whole item if its index is -1; "" for none.
  std::string (*block_path)(const anthropic::Origin& origin) = nullptr;
  /// The client's path of the body's tool; "" for none.
  std::string (*tool_path)(const RequestOrigins& origins, size_t tool) = nullptr;
  std::string_view tools;               ///< for tool_path
  size_t tool_count = 0;                ///< likewise
  std::vector<std::string> tool_paths;  ///< likewise, for tools that are in several places
};

/// The origins of the blocks, to be called after policy::apply().
[[nodiscard]] RequestOrigins origins_of_blocks(const anthropic::MessagesRequest& request);

/// The client's path for `anthropic_path`, which is returned as it is if it comes from no single
/// field of the request.
[[nodiscard]] std::string client_path(const RequestOrigins& origins,
                                      std::string_view anthropic_path);

/// `array[index]`.
[[nodiscard]] std::string element_path(std::string_view array, size_t index);

}  // namespace proxx::openai
