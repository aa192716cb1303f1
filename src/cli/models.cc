#include <cstdio>
#include <ctime>

#include "cli/commands.h"
#include "cli/models_remote.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/terminal.h"
#include "core/json_writer.h"
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

std::string remote_table(const std::vector<RemoteModel>& models) {
  std::string out;
  for (const RemoteModel& model : models) {
    char text[256];
    std::snprintf(text, sizeof text, "%-28s %s\n", model.id.c_str(), model.display_name.c_str());
    out += visible(text);
  }
  return out;
}

std::string remote_json(const std::vector<RemoteModel>& models, const ModelTable& known) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("object").string("list").key("data").begin_array();
  for (const RemoteModel& model : models) {
    const Model* row = known.find(model.id);
    writer.begin_object().key("id").string(model.id).key("object").string("model");
    writer.key("created").integer(row == nullptr ? 0 : row->created_unix_s);
    writer.key("owned_by").string("anthropic").end_object();
  }
  writer.end_array().end_object();
  return out + '\n';
}

Result<std::string> list(const ModelsOptions& options) {
  if (options.remote) {
    PROXX_ASSIGN(const auto runtime, Runtime::make(options));
    PROXX_ASSIGN(const auto models, fetch_models(*runtime));
    return options.json ? remote_json(models, runtime->models()) : remote_table(models);
  }
  PROXX_ASSIGN(const LoadedSettings loaded, load(options));
  const ModelTable models = model_table(loaded.settings);
  return options.json ? server::models_list(models) + '\n' : table(models);
}

}  // namespace

int run_models(int argc, char** argv) {
  const auto parsed = parse_models(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const auto text = list(*parsed.options);
  if (!text) return report(text.error());
  Output output;
  Status status = output.write(*text);
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

}  // namespace proxx::cli
