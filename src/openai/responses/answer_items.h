#pragma once
#include <string>
#include <string_view>

#include "json/raw.h"
#include "openai/content/citations.h"

// Items of `output` and their parts as JSON, but those of calls (calls.h) and searches
// (search_call.h).

namespace proxx::openai::responses {

/// `content`: its parts, comma separated.
[[nodiscard]] std::string message_item(json::Raw item_id, std::string_view status,
                                       std::string_view content);
/// `annotations`: JSON objects, comma separated.
[[nodiscard]] std::string text_part(json::Raw text, std::string_view annotations);
[[nodiscard]] std::string refusal_part(json::Raw text);
[[nodiscard]] std::string annotation_of(const UrlCitation& citation);

/// `summary`: its parts, comma separated; `sealed`: what seal() made, or "".
[[nodiscard]] std::string reasoning_item(json::Raw item_id, std::string_view summary,
                                         std::string_view sealed);
[[nodiscard]] std::string summary_part(json::Raw text);

}  // namespace proxx::openai::responses
