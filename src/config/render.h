#pragma once
#include <string>

#include "config/load.h"

namespace proxx {

/// What `proxx config` prints: the whole configuration as YAML that loads again, each value with
/// its origin behind it. Header values that look like credentials, a proxy's login and its
/// URL's query are `[set]`, as are the variables that hold keys, in comments; what looks like a key
/// anywhere else is redacted, and that page need not load.
[[nodiscard]] std::string render_settings(const LoadedSettings& loaded);

}  // namespace proxx
