#include "mock/models_api.h"

#include <algorithm>

#include "mock/message.h"
#include "mock/query.h"

namespace proxx::mock {
namespace {

Json supported(bool value) {
  return {{"supported", value}};
}

Json effort_json(const ModelRules& model) {
  Json out = supported(!model.efforts.empty());
  for (const char* level : {"low", "medium", "high", "xhigh", "max"})
    out[level] = supported(has_word(model.efforts, level));
  return out;
}

Json thinking_json(const ModelRules& model) {
  Json types;
  for (const char* type : {"adaptive", "enabled", "disabled", "between_tools"})
    types[type] = supported(has_word(model.thinking_types, type));
  return {{"supported", true}, {"types", std::move(types)}};
}

Json date_time(std::string_view date) {
  return date.empty() ? Json(nullptr) : Json(std::string(date) + "T00:00:00Z");
}

Json model_json(const ModelRules& model) {
  Json capabilities;
  for (const char* name :
       {"batch", "citations", "code_execution", "image_input", "pdf_input", "structured_outputs"})
    capabilities[name] = supported(true);
  capabilities["context_management"] = supported(true);
  capabilities["effort"] = effort_json(model);
  capabilities["thinking"] = thinking_json(model);
  capabilities["server_tools"] = {
      {"supported", true}, {"web_search", supported(true)}, {"code_execution", supported(true)}};
  return {{"type", "model"},
          {"id", model.id},
          {"display_name", model.display_name},
          {"created_at", date_time(model.created_at)},
          {"max_input_tokens", model.max_input_tokens},
          {"max_tokens", model.max_tokens},
          {"lifecycle", model.lifecycle},
          {"line", model.line},
          {"deprecated_at", nullptr},
          {"retires_at", date_time(model.retires_at)},
          {"capabilities", std::move(capabilities)}};
}

}  // namespace

std::string models_page(std::string_view query) {
  const auto models = served_models();
  const std::string_view after = parameter(query, "after_id");
  const auto last = std::find_if(models.begin(), models.end(),
                                 [&](const ModelRules& each) { return each.id == after; });
  const auto begin = last == models.end() ? models.begin() : last + 1;
  const auto rest = static_cast<size_t>(models.end() - begin);
  const size_t count = std::min(rest, page_size(parameter(query, "limit")));
  Json data = Json::array();
  for (auto each = begin; each != begin + static_cast<ptrdiff_t>(count); ++each)
    data.push_back(model_json(*each));
  Json first_id = data.empty() ? Json(nullptr) : data.front()["id"];
  Json last_id = data.empty() ? Json(nullptr) : data.back()["id"];
  return dump({{"data", std::move(data)},
               {"has_more", count < rest},
               {"first_id", std::move(first_id)},
               {"last_id", std::move(last_id)}});
}

std::string model_info(const ModelRules& model) {
  return dump(model_json(model));
}

}  // namespace proxx::mock
