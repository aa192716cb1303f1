#include "server/models/models_list.h"

#include "base/date.h"
#include "json/writer.h"

namespace proxx::server {
namespace {

void write_model(json::Writer& writer, std::string_view name, const Model& model,
                 ModelsReader reader) {
  writer.begin_object();
  writer.key("id").string(name);
  writer.key("object").string("model");
  writer.key("created").integer(model.created_unix_s);
  writer.key("owned_by").string("anthropic");
  writer.key("display_name").string(model.display_name);
  writer.key("created_at").string(rfc3339(model.created_unix_s));
  writer.key("context_length").integer(model.context_tokens);
  writer.key("max_output_tokens").integer(model.max_tokens);
  for (const auto& [key, price] : {std::pair<json::Key, double>("price_input", model.price_input),
                                   {"price_output", model.price_output},
                                   {"price_cache_read", model.price_cache_read}}) {
    if (price >= 0) writer.key(key).number(price);
  }
  if (reader == ModelsReader::anthropic) {
    writer.key("type").string("model");
    writer.key("max_input_tokens").integer(model.context_tokens);
    writer.key("max_tokens").integer(model.max_tokens);
  }
  writer.end_object();
}

/// Whether GET /v1/models shows the row, which other names may stand for.
bool is_shown(const Model& model) {
  return model.listed && model.lifecycle != "retired";
}

}  // namespace

std::string models_list(const ModelTable& models, ModelsReader reader) {
  std::string out;
  std::string_view first;
  std::string_view last;
  json::Writer writer(out);
  const auto write = [&](std::string_view name, const Model& model) {
    if (first.empty()) first = name;
    last = name;
    write_model(writer, name, model, reader);
  };
  writer.begin_object();
  writer.key("object").string("list");
  writer.key("data").begin_array();
  for (const Model& model : models.rows()) {
    if (!is_shown(model)) continue;
    write(model.id, model);
    if (!model.alias.empty()) write(model.alias, model);
  }
  for (const auto& [family, id] : models.families()) {
    if (models.target_of(family) == id) write(family, models.resolve(id));
  }
  for (const auto& [alias, target] : models.aliases()) write(alias, models.resolve(target));
  writer.end_array();
  if (reader == ModelsReader::anthropic) {
    writer.key("has_more").boolean(false);
    first.empty() ? writer.key("first_id").null() : writer.key("first_id").string(first);
    last.empty() ? writer.key("last_id").null() : writer.key("last_id").string(last);
  }
  writer.end_object();
  return out;
}

std::optional<std::string> model_object(const ModelTable& models, std::string_view id,
                                        ModelsReader reader) {
  const std::string name = percent_decoded(id);
  const Model* row = models.find_spelled(name);
  const bool is_alias = models.target_of(name) != name;
  if (!is_alias && (row == nullptr || !row->listed)) return std::nullopt;
  std::string out;
  json::Writer writer(out);
  write_model(writer, name, models.resolve(name), reader);
  return out;
}

}  // namespace proxx::server
