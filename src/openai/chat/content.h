#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "openai/chat/context.h"

// Message content: a string or an array of parts (wire.md 6.2).

namespace proxx::request {

/// Whose content it is: decides which parts are legal.
enum class Speaker { system, user, assistant, tool };

struct Content {
  std::vector<Block> blocks;  ///< never an empty text block
  /// An assistant's refusal parts, as insides of JSON strings: what becomes of them depends on
  /// what else the message holds.
  std::vector<json::Reader> refusals;
};

/// `content` of a message; absent gives nothing. Errors name the part.
Result<Content> convert_content(Conversion& c, Speaker speaker, json::Reader content);

/// Content that is a plain string has its cache_control at the message; so has the last block of
/// any other.
Status set_message_cache_control(Conversion& c, std::vector<Block>& blocks,
                                 json::Reader cache_control);

}  // namespace proxx::request
