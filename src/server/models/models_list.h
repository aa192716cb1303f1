#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "anthropic/models.h"
#include "base/ascii.h"

namespace proxx::server {

/// The reader of the list. Anthropic's own clients get the members of their API beside OpenAI's.
enum class ModelsReader { openai, anthropic };

/// `GET /v1/models` (docs/protocol.md 5.5): every row that is listed and not retired, its alias,
/// and the configured aliases that are plain names. An alias has the sizes of its model.
[[nodiscard]] std::string models_list(const ModelTable& models,
                                      ModelsReader reader = ModelsReader::openai);

/// `GET /v1/models/{id}`: the object of a listed name, of a name with a date or in a gateway's
/// spelling, or of one that a configured alias takes; else nothing. `id` is as it stands in the
/// path, so it may be percent-encoded (`openai%2Fgpt-4o`).
[[nodiscard]] std::optional<std::string> model_object(const ModelTable& models, std::string_view id,
                                                      ModelsReader reader = ModelsReader::openai);

}  // namespace proxx::server
