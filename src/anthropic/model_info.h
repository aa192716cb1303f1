#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "anthropic/models.h"
#include "base/result.h"

// The upstream's Models API (docs/protocol.md 4.1): what it lists, and what that says about the
// table.

namespace proxx {

/// One entry of `GET /v1/models`; what the upstream does not report is absent.
struct ModelInfo {
  std::string id;
  std::string display_name;
  int64_t created_unix_s = 0;
  std::optional<int64_t> max_input_tokens;
  std::optional<int64_t> max_tokens;
  std::string lifecycle;
  std::string retires;  ///< ISO date
  std::optional<bool> structured_outputs;
  std::optional<EffortLevels> effort;
  /// Of it the accepted types only.
  std::optional<ThinkingModes> thinking;
};

struct ModelsPage {
  std::vector<ModelInfo> models;
  std::string next;  ///< `after_id` of the next page; "" if this is the last
};

/// Errors: `upstream_protocol` for what is no such page. An entry without an id is skipped.
[[nodiscard]] Result<ModelsPage> decode_models_page(std::string_view json);

/// Makes the table list what the upstream does, in its order. Limits and lifecycle become the
/// upstream's. So do the capabilities of models that have no row; those of a row stay, since it
/// knows more than the upstream reports (docs/protocol.md 4.1). Configured corrections belong on
/// top.
void refresh(ModelTable& table, const std::vector<ModelInfo>& upstream);

}  // namespace proxx
