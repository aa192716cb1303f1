#pragma once
#include <string>
#include <vector>

#include "cli/runtime.h"
#include "core/result.h"

namespace proxx::cli {

struct RemoteModel {
  std::string id;
  std::string display_name;
};

/// What the upstream lists for this key, newest first as it says. Runs the runtime's loop. Errors:
/// as those of a request.
[[nodiscard]] Result<std::vector<RemoteModel>> fetch_models(Runtime& runtime);

}  // namespace proxx::cli
