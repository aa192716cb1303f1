#pragma once
#include <string>
#include <string_view>

#include "mock/rules/model_rules.h"

namespace proxx::mock {

/// One page of `GET /v1/models` (docs/protocol.md 4.1). `query` is what stands behind the `?`:
/// `limit` and `after_id` count.
[[nodiscard]] std::string models_page(std::string_view query);
/// One model of the Models API.
[[nodiscard]] std::string model_info(const ModelRules& model);

}  // namespace proxx::mock
