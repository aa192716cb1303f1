#pragma once
#include "base/result.h"
#include "json/reader.h"
#include "openai/draft.h"

// Fields of Anthropic's API that clients put at the top level of an OpenAI request
// (docs/mapping-chat.md 6.5), where they are not simply passed on. Each is a value that is not
// null.

namespace proxx::openai {

/// `anthropic_beta` and `betas`: a string with commas, or an array.
Status read_betas(json::Reader field, Draft& draft);

/// `container`: its id, or an object. Only checked.
Status check_container(json::Reader field, Draft& draft);

/// `system`: it comes before the system messages.
Status read_system(json::Reader field, Draft& draft);

/// `thinking`: an object with a `type`.
Status read_own_thinking(json::Reader field, Draft& draft);

/// `output_config`: an object; of its members `effort` is a string and `format` an object.
Status read_output_config(json::Reader field, Draft& draft);

}  // namespace proxx::openai
