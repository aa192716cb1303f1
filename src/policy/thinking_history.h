#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "anthropic/request.h"
#include "policy/place.h"

namespace proxx::policy {

/// The thinking of one assistant message, as a client sends it back (docs/mapping-chat.md 6.4,
/// "Back").
struct ThinkingHistory {
  struct Piece {
    anthropic::InputBlock block;
    std::optional<int64_t> index;  ///< the block's place in the message that it came in
  };
  std::vector<Piece> pieces;
  bool broken = false;  ///< there was thinking that cannot be rebuilt; `pieces` is empty
  bool quiet = false;   ///< broken as most clients send it: alone no reason for a notice
  Place at;             ///< the field it was read from
};

/// The message's blocks with its thinking: where it was if every piece knows its place, else first.
[[nodiscard]] std::vector<anthropic::InputBlock> with_thinking(
    ThinkingHistory thinking, std::vector<anthropic::InputBlock> others);

/// The last place in a history after which its thinking may be sent. Thinking that cannot be
/// rebuilt makes a hole, and all thinking before a hole is left out too (docs/mapping-chat.md 6.4,
/// contiguity). It is removed in one pass at the end, since each message of a history may have a
/// hole.
class ThinkingHole {
 public:
  /// Thinking was added to the end of the history.
  void note_thinking() { thinking_after_ = true; }
  /// Moves the hole to the end of `turns`. True if there is thinking since the last hole.
  [[nodiscard]] bool move_to_end(const std::vector<anthropic::Turn>& turns);
  /// Since move_to_end(), `turns` must only have grown at their end.
  void remove_thinking_before(std::vector<anthropic::Turn>& turns) const;

 private:
  size_t turns_ = 0;
  size_t blocks_ = 0;  ///< of the last of them
  bool thinking_after_ = false;
};

}  // namespace proxx::policy
