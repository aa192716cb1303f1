#pragma once
#include <string>

#include "config/load.h"

namespace proxx {

/// What `proxx config` prints: the whole configuration as YAML that loads again, each value with
/// its origin behind it. Header values that look like credentials and a proxy's password are
/// `[set]`, as are the variables that hold keys, in comments.
[[nodiscard]] std::string render_settings(const LoadedSettings& loaded);

}  // namespace proxx
