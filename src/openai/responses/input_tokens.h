#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx::openai::responses {

/// The answer of `POST /v1/responses/input_tokens` (docs/mapping-responses.md 4.9) to the
/// upstream's count. Errors: `upstream_protocol` for a body that holds no count.
[[nodiscard]] Result<std::string> input_tokens_answer(std::string_view upstream_body);

}  // namespace proxx::openai::responses
