#include "cli/models_remote.h"

#include <optional>
#include <utility>

#include "cli/io/terminal.h"
#include "cli/report.h"
#include "exchange/model_fetch.h"

namespace proxx::cli {

Status fetch_models(Runtime& runtime) {
  std::optional<Result<std::vector<ModelInfo>>> result;
  {
    const ModelFetch fetch(runtime.context(), runtime.credential(), [&](auto got) {
      result = std::move(got);
      runtime.loop().stop();
    });
    runtime.loop().run();
  }
  runtime.loop().restart();
  PROXX_TRY(*result);
  runtime.refresh_models(**result);
  return {};
}

void fetch_models_if_set(Runtime& runtime, bool quiet) {
  if (runtime.settings().models_from != ModelsFrom::upstream) return;
  const Status status = fetch_models(runtime);
  if (status || quiet) return;
  say("models_from: upstream: " + describe(status.error()) + "; the built-in table is used");
}

void say_models_not_asked(const Settings& settings, bool quiet) {
  if (settings.models_from != ModelsFrom::upstream || quiet) return;
  say("models_from: upstream: a dry run asks nobody; the built-in table is used");
}

}  // namespace proxx::cli
