#pragma once
#include "openai/chat/context.h"

namespace proxx::request {

/// Errors: not a string, or outside `^[A-Za-z0-9_-]{1,128}$`, which the upstream refuses.
Status check_tool_name(json::Reader name);

/// What only the answer depends on: custom tools and the legacy shape. Errors as convert_tools.
void read_answer_shape(const Fields& in, AnswerOptions& answer);

}  // namespace proxx::request
