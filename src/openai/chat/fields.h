#pragma once
#include "openai/chat/context.h"

// Handlers of the table of top-level fields that stand in a file of their own. Each gets its field,
// which is there and not null.

namespace proxx::request {

/// user and safety_identifier: metadata.user_id, left out where it looks like personal data.
/// anthropic_beta and betas: a string with commas, or an array.
Status convert_betas(Conversion& c, json::Reader field);
Status convert_user(Conversion& c, json::Reader field);
/// Of OpenAI's metadata only user_id means anything upstream.
Status convert_metadata(Conversion& c, json::Reader field);

Status convert_prompt_cache_key(Conversion& c, json::Reader field);
Status convert_prompt_cache_retention(Conversion& c, json::Reader field);
Status convert_prompt_cache_options(Conversion& c, json::Reader field);

}  // namespace proxx::request
