#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"

namespace proxx::mock {

/// All of a regular file, or of one that `path` links to. A device, a pipe or a folder is refused
/// and never waited for. Errors: `usage`, `PATH: why`.
[[nodiscard]] Result<std::string> read_regular_file(const std::string& path, size_t max_bytes);

}  // namespace proxx::mock
