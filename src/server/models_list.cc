#include "server/models_list.h"

#include "json/writer.h"

namespace proxx::server {
namespace {

void write_model(json::Writer& writer, std::string_view name, int64_t created_unix_s) {
  writer.begin_object();
  writer.key("id").string(name);
  writer.key("object").string("model");
  writer.key("created").integer(created_unix_s);
  writer.key("owned_by").string("anthropic");
  writer.end_object();
}

}  // namespace

std::string models_list(const ModelTable& models) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("object").string("list");
  writer.key("data").begin_array();
  for (const Model& model : models.rows()) {
    if (!model.listed || model.lifecycle == "retired") continue;
    write_model(writer, model.id, model.created_unix_s);
    if (!model.alias.empty()) write_model(writer, model.alias, model.created_unix_s);
  }
  for (const auto& [alias, target] : models.aliases()) {
    write_model(writer, alias, models.resolve(target).created_unix_s);
  }
  writer.end_array().end_object();
  return out;
}

std::optional<std::string> model_object(const ModelTable& models, std::string_view id) {
  const std::string name = percent_decoded(id);
  const auto alias = models.aliases().find(name);
  const Model* model = models.find(name);
  if ((model == nullptr || !model->listed) && alias == models.aliases().end()) return std::nullopt;
  std::string out;
  json::Writer writer(out);
  write_model(
      writer, name,
      model != nullptr ? model->created_unix_s : models.resolve(alias->second).created_unix_s);
  return out;
}

}  // namespace proxx::server
