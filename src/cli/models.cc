#include <cstdio>

#include "cli/commands.h"
#include "cli/models_remote.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/terminal.h"
#include "server/models_api.h"

namespace proxx::cli {
namespace {

std::string tokens(int64_t count) {
  if (count >= 1'000'000) return std::to_string(count / 1'000'000) + "M";
  return std::to_string(count / 1'000) + "K";
}

std::string price(double dollars) {
  if (dollars < 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", dollars);
  return text;
}

std::string row(const std::string& id, const std::string& context, const std::string& output,
                const std::string& in, const std::string& out, const std::string& lifecycle) {
  char text[256];
  std::snprintf(text, sizeof text, "%-28s %8s %8s %8s %8s  %s\n", id.c_str(), context.c_str(),
                output.c_str(), in.c_str(), out.c_str(), lifecycle.c_str());
  return text;
}

std::string table(const ModelTable& models) {
  std::string out = row("MODEL", "CONTEXT", "OUTPUT", "$/M IN", "$/M OUT", "LIFECYCLE");
  for (const Model& model : models.rows()) {
    if (!model.listed) continue;
    std::string lifecycle = model.lifecycle;
    if (!model.retires.empty()) lifecycle += ", retires " + model.retires;
    out += row(model.id, tokens(model.context_tokens), tokens(model.max_tokens),
               price(model.price_input), price(model.price_output), lifecycle);
    if (!model.alias.empty()) out += row(model.alias, "", "", "", "", "alias of " + model.id);
  }
  for (const auto& [name, target] : models.aliases()) {
    out += row(name, "", "", "", "", "alias of " + target);
  }
  return out;
}

Result<ModelTable> models_of(const ModelsOptions& options) {
  if (options.remote) {
    PROXX_ASSIGN(const auto runtime, Runtime::make(options));
    PROXX_TRY(fetch_models(*runtime));
    return runtime->models();
  }
  PROXX_ASSIGN(const LoadedSettings loaded, load(options));
  return model_table(loaded.settings);
}

}  // namespace

int run_models(int argc, char** argv) {
  const auto parsed = parse_models(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const auto models = models_of(*parsed.options);
  if (!models) return report(models.error());
  Output output;
  Status status = output.write(parsed.options->json ? server::models_list(*models) + '\n'
                                                    : visible(table(*models)));
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

}  // namespace proxx::cli
