#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "policy/notice_log.h"
#include "policy/wishes.h"

// How much a client wants the model to think (docs/mapping-chat.md 6.3).

namespace proxx::openai {

/// `reasoning_effort`.
Status read_effort(json::Reader field, policy::ThinkingWish& wish);

/// `reasoning`, an object in OpenRouter's form. A level that `wish` has already stays.
Status read_reasoning(json::Reader field, policy::ThinkingWish& wish, policy::NoticeLog& notices);

}  // namespace proxx::openai
