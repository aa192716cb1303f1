#pragma once
#include "base/result.h"
#include "cli/runtime.h"

// The upstream's model list on the command line: asked for once a run, before anything else.

namespace proxx::cli {

/// Fetches the upstream's list for this key into the runtime's models. Runs the runtime's loop.
/// Errors: those of a request.
[[nodiscard]] Status fetch_models(Runtime& runtime);

/// The same if the settings say `models_from: upstream`. If it fails, the built-in table stays,
/// with a notice.
void fetch_models_if_set(Runtime& runtime, bool quiet);

/// For commands that send nothing: says that the built-in table is used.
void say_models_not_asked(const Settings& settings, bool quiet);

}  // namespace proxx::cli
