#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "anthropic/models.h"
#include "base/ascii.h"

namespace proxx::server {

/// `GET /v1/models` (wire.md 5.5): every row that is listed and not retired, its alias, and the
/// configured aliases.
[[nodiscard]] std::string models_list(const ModelTable& models);

/// `GET /v1/models/{id}`: the object of a listed name, or nothing. `id` is as it stands in the
/// path, so it may be percent-encoded (`openai%2Fgpt-4o`).
[[nodiscard]] std::optional<std::string> model_object(const ModelTable& models,
                                                      std::string_view id);

}  // namespace proxx::server
