#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"
#include "openai/fields.h"

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
Status drop_top_logprobs(json::Reader field, Draft& draft);
inline constexpr const char* kNoLogprobs = "Claude gives no log probabilities";

Status read_verbosity(json::Reader field, Draft& draft);
Status read_service_tier(json::Reader field, Draft& draft);
Status read_stream(json::Reader field, Draft& draft);
/// `include_usage` stays as it is if the client does not say.
Status read_stream_options(json::Reader field, Draft& draft, bool& include_usage);
/// An array of strings.
Status read_stop_sequences(json::Reader field, Draft& draft);
/// A string, or such an array.
Status read_stop(json::Reader field, Draft& draft);
/// `max_tokens` under any of its names.
Status read_max_tokens(json::Reader field, Draft& draft);
/// `temperature`, `top_p`, `top_k`.
Status read_sampling(const Fields& in, Draft& draft);
/// Errors: it asks to block answers, which nobody here can.
Status read_moderation(json::Reader field, Draft& draft);

}  // namespace proxx::openai
