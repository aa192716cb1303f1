#pragma once
#include "openai/protocol.h"

namespace proxx::openai::completions {

/// POST /v1/completions, OpenAI's oldest endpoint: a prompt, which becomes one user turn, and a
/// text that follows it. Chosen by its path alone, never by a body.
extern const Protocol kProtocol;

}  // namespace proxx::openai::completions
