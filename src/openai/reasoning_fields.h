#pragma once

namespace proxx {

/// Which of the de-facto extensions carry reasoning to a chat client (docs/mapping-chat.md 6.4).
struct ReasoningFields {
  bool reasoning_content = true;
  bool reasoning_details = true;  ///< with `reasoning`
  bool thinking_blocks = false;

  [[nodiscard]] bool any() const {
    return reasoning_content || reasoning_details || thinking_blocks;
  }
};

}  // namespace proxx
