#pragma once
#include <string_view>
#include <vector>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"
#include "openai/content/content.h"
#include "openai/responses/request_reader.h"

// Parts of messages and of outputs (docs/mapping-responses.md 1.3, 4.2).

namespace proxx::openai::responses {

/// Reads `content` of a message, or `output` of a call: a string or an array of parts; absent gives
/// nothing. `breakpoint` is the cache_control for a part with a prompt_cache_breakpoint. Blocks
/// have their origin in `place`. Errors name the part.
Result<Content> read_parts(Speaker speaker, json::Reader content, PlaceInItem place,
                           std::string_view breakpoint, policy::NoticeLog& notices);

}  // namespace proxx::openai::responses
