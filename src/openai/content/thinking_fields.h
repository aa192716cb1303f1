#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "policy/thinking_history.h"

namespace proxx::openai {

/// The thinking of an assistant message, from the fields that clients send it back in
/// (docs/mapping-chat.md 6.4, "Back"): `thinking_blocks`, else `reasoning_details`.
/// `reasoning_content` and `reasoning` have no signature and only tell that something is missing.
/// Any may be absent. Errors: wrong JSON types.
Result<policy::ThinkingHistory> read_thinking(json::Reader thinking_blocks,
                                              json::Reader reasoning_details,
                                              json::Reader reasoning_content,
                                              json::Reader reasoning);

}  // namespace proxx::openai
