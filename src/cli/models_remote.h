#pragma once
#include "base/result.h"
#include "cli/runtime.h"

// The upstream's model list on the command line: asked for once a run, before anything else.

namespace proxx::cli {

/// Puts what the upstream lists for this key into the runtime's models. Runs the runtime's loop.
/// Errors: as those of a request.
[[nodiscard]] Status fetch_models(Runtime& runtime);

/// The same if the settings say `models_from: upstream`. If it fails the built-in table stays, with
/// a notice.
void fetch_models_if_set(Runtime& runtime, bool quiet);

/// For what sends nothing: says that the table is used all the same.
void say_models_not_asked(const Settings& settings, bool quiet);

}  // namespace proxx::cli
