#pragma once
#include <cstdint>

namespace proxx {

/// The part of the client's request that a block of the body was made of.
struct BlockOrigin {
  enum class Member : uint8_t { none, content, tool_calls };
  int32_t message = -1;  ///< index in `messages`; -1: none of them
  int32_t index = -1;    ///< in that member of the message; -1: all of it
  Member member = Member::none;
};

}  // namespace proxx
