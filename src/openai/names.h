#pragma once

namespace proxx {

/// What becomes of the `name` of a user's message: the upstream has no place for it
/// (docs/mapping-chat.md 6.2).
enum class Names {
  drop,
  text  ///< the message's text begins with it
};

}  // namespace proxx
