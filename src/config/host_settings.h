#pragma once
#include <vector>

#include "config/load.h"
#include "config/settings_table.h"

// What `upstream` means for the other settings: which variables are read for a host, and what it
// fills in. A host's variables are read only if it is chosen: what a shell has set for another tool
// never moves a request.

namespace proxx {

/// The variables of the chosen host, in the order in which they are applied.
[[nodiscard]] std::vector<SettingVariable> host_variables(const Settings& settings);

/// Makes `target` of the settings, fills in what the host implies (`upstream_url`, `region`,
/// `client_headers`, `serve.client_key`), each with its origin, and says in `incomplete` what the
/// user has to add.
void complete_target(LoadedSettings& loaded);

}  // namespace proxx
