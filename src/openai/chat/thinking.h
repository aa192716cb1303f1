#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "openai/chat/context.h"

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

/// The last place in a history behind which its thinking may be sent: what cannot be rebuilt makes
/// a hole, and the thinking before one goes, too (wire.md 6.4, contiguity). It goes in one pass at
/// the end, as a history may have a hole in each message.
class ThinkingHole {
 public:
  /// A turn's blocks got thinking at their end.
  void note_thinking() { thinking_behind_ = true; }
  /// Moves the hole behind all that `turns` hold. True if there is thinking since the last one.
  [[nodiscard]] bool put_behind(const std::vector<Turn>& turns);
  /// Since put_behind(), `turns` have only grown at their end.
  void remove_thinking_before(std::vector<Turn>& turns) const;

 private:
  size_t turns_ = 0;
  size_t blocks_ = 0;  ///< of the last of them
  bool thinking_behind_ = false;
};

/// Says of the finished turns whether they hold thinking, and whether manual thinking may go on.
void note_thinking(Conversion& c);

}  // namespace proxx::request
