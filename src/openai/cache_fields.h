#pragma once
#include <string_view>

#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"

// OpenAI's words for prompt caching (docs/mapping-chat.md 6.1). policy/caching.cc says what becomes
// of the wishes.

namespace proxx::openai {

/// Only checked: the upstream finds a cached prompt by its text alone.
Status read_prompt_cache_key(json::Reader field, Draft& draft);
Status read_prompt_cache_retention(json::Reader field, Draft& draft);
Status read_prompt_cache_options(json::Reader field, Draft& draft);

/// Anthropic's own, at the top level: the upstream places the breakpoint.
Status read_cache_control(json::Reader field, Draft& draft);

/// The cache_control for a part with a prompt_cache_breakpoint, once the fields above are read.
[[nodiscard]] std::string_view breakpoint_for(const policy::CacheWish& wish);

}  // namespace proxx::openai
