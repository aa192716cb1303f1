#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/request_context.h"

namespace proxx::request {

/// The thinking of one assistant message, as clients send it back (wire.md 6.4, "Back").
struct ThinkingHistory {
  struct Piece {
    Block block;
    std::optional<int64_t> index;  ///< the block's place in the message it came in
  };
  std::vector<Piece> pieces;
  bool broken = false;  ///< there was thinking here that cannot be rebuilt; `pieces` is empty
  json::Reader at;      ///< the field it was read from
};

/// `thinking_blocks`, else `reasoning_details`; `reasoning` and `reasoning_content` have no
/// signature and only tell that something is missing. Any may be absent. Errors: wrong JSON types.
Result<ThinkingHistory> read_thinking(json::Reader thinking_blocks, json::Reader reasoning_details,
                                      json::Reader reasoning_content, json::Reader reasoning);

/// The message's blocks with its thinking where it was if every piece knows its place, else first.
[[nodiscard]] std::vector<Block> with_thinking(ThinkingHistory thinking, std::vector<Block> others);

/// Takes the thinking out of `turns`; true if there was any.
bool remove_thinking(std::vector<Turn>& turns);

/// Says of the finished turns whether they hold thinking, and whether manual thinking may go on.
void note_thinking(Conversion& c);

}  // namespace proxx::request
