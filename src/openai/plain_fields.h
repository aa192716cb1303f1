#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"

// Top-level fields whose meaning depends on no other field (docs/mapping-chat.md 6.1). Those named
// drop_... can only be checked and dropped; a value that asks for nothing is dropped without a
// notice.

namespace proxx::openai {

/// `presence_penalty`, `frequency_penalty`.
Status drop_penalty(json::Reader field, Draft& draft);
Status drop_seed(json::Reader field, Draft& draft);
Status drop_logit_bias(json::Reader field, Draft& draft);
Status drop_audio(json::Reader field, Draft& draft);
Status drop_prediction(json::Reader field, Draft& draft);
Status drop_store(json::Reader field, Draft& draft);

Status read_verbosity(json::Reader field, Draft& draft);
Status read_service_tier(json::Reader field, Draft& draft);
/// Errors: it asks to block answers, which nobody here can.
Status read_moderation(json::Reader field, Draft& draft);

}  // namespace proxx::openai
