#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"

// Who is asking (docs/protocol.md 1.3; docs/mapping-chat.md 6.1): safety_identifier, user and
// metadata.user_id, the first that can be sent. They must be read in this order.

namespace proxx::openai {

/// `user` or `safety_identifier`, which is passed again as `safety_identifier` (or absent).
Status read_user(json::Reader field, json::Reader safety_identifier, Draft& draft);
/// `metadata`, of which only `user_id` means anything upstream.
Status read_metadata(json::Reader field, Draft& draft);

}  // namespace proxx::openai
