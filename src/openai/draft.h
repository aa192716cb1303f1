#pragma once
#include <cstdint>

#include "anthropic/beta_allowance.h"
#include "anthropic/request.h"
#include "policy/notice_log.h"
#include "policy/wishes.h"

namespace proxx::openai {

/// What a request of any of OpenAI's APIs is read into. policy::apply() puts the wishes into
/// `request`.
struct Draft {
  anthropic::MessagesRequest request;
  policy::Wishes wishes;
  policy::NoticeLog notices;
  BetaAllowance betas;  ///< for the betas that the body names
};

/// The member of a client's item that a block was made from: anthropic::Origin::member.
enum class OriginMember : uint8_t { item, content, tool_calls };

[[nodiscard]] inline anthropic::Origin origin_in(OriginMember member, int32_t index = -1) {
  return {-1, index, static_cast<uint8_t>(member)};
}

}  // namespace proxx::openai
