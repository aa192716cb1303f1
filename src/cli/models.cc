#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/visible.h"
#include "cli/commands.h"
#include "cli/io/output.h"
#include "cli/models_remote.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "server/models/models_list.h"

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

std::string row_start(std::string_view id) {
  constexpr size_t kNameWidth = 28;
  const std::string name = visible(id);
  return name + std::string(kNameWidth - std::min(name.size(), kNameWidth), ' ');
}

std::string row(std::string_view id, std::string_view context, std::string_view output,
                std::string_view in, std::string_view out, std::string_view lifecycle) {
  constexpr size_t kNumberWidth = 7;
  std::string text = row_start(id);
  for (const std::string_view number : {context, output, in, out}) {
    text.append(1 + kNumberWidth - std::min(number.size(), kNumberWidth), ' ').append(number);
  }
  if (!lifecycle.empty()) text += "  " + visible(lifecycle);
  return text + '\n';
}

/// Without columns for numbers, so that two names fit a line of 80 characters.
std::string alias_row(std::string_view name, std::string_view id) {
  return row_start(name) + " alias of " + visible(id) + '\n';
}

std::string table(const ModelTable& models) {
  std::string out = row("MODEL", "CONTEXT", "OUTPUT", "$/M IN", "$/M OUT", "STATUS");
  for (const Model& model : models.rows()) {
    if (!model.listed) continue;
    // What is active needs no word, what retires on a day is deprecated.
    std::string lifecycle = model.lifecycle == "active" ? "" : model.lifecycle;
    if (!model.retires.empty()) lifecycle = "until " + model.retires;
    out += row(model.id, tokens(model.context_tokens), tokens(model.max_tokens),
               price(model.price_input), price(model.price_output), lifecycle);
    if (!model.alias.empty()) out += alias_row(model.alias, model.id);
  }
  for (const auto& [family, id] : models.families()) {
    if (models.target_of(family) == id) out += alias_row(family, id);
  }
  for (const auto& [name, target] : models.aliases()) {
    out += alias_row(name, target);
  }
  for (const auto& [pattern, target] : models.patterns()) {
    out += alias_row(pattern, target);
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
  const bool json = parsed.options->json;
  Output output(json ? Content::json : Content::text);
  Status status = output.write(json ? server::models_list(*models) + '\n' : table(*models));
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

}  // namespace proxx::cli
