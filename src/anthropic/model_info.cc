#include "anthropic/model_info.h"

#include <set>

#include "anthropic/event.h"
#include "base/date.h"
#include "json/reader.h"

namespace proxx {
namespace {

using json::Reader;

bool is_supported(Reader capability) {
  return capability.get("supported").boolean_or(false);
}

std::optional<int64_t> positive(Reader number) {
  const auto value = number.integer_or_none();
  return value && *value > 0 ? value : std::nullopt;
}

std::optional<EffortLevels> effort_of(Reader effort) {
  if (!effort.is_object()) return std::nullopt;
  return EffortLevels{is_supported(effort), is_supported(effort.get("xhigh")),
                      is_supported(effort.get("max"))};
}

std::optional<ThinkingModes> thinking_of(Reader thinking) {
  if (!thinking.is_object()) return std::nullopt;
  ThinkingModes modes;
  if (!is_supported(thinking)) return modes;
  const Reader types = thinking.get("types");
  if (!types.is_object()) return std::nullopt;
  modes.adaptive = is_supported(types.get("adaptive"));
  modes.enabled = is_supported(types.get("enabled"));
  modes.disabled = is_supported(types.get("disabled"));
  modes.between_tools = is_supported(types.get("between_tools"));
  return modes;
}

ModelInfo info_of(Reader model) {
  constexpr size_t kDateBytes = 10;
  ModelInfo info;
  info.id = model.get("id").string_or("");
  info.display_name = model.get("display_name").string_or("");
  info.created_unix_s = parse_rfc3339(model.get("created_at").string_or("")).value_or(0);
  info.max_input_tokens = positive(model.get("max_input_tokens"));
  info.max_tokens = positive(model.get("max_tokens"));
  info.lifecycle = model.get("lifecycle").string_or("");
  if (const std::string date = model.get("retires_at").string_or(""); parse_rfc3339(date)) {
    info.retires = date.substr(0, kDateBytes);
  }
  const Reader capabilities = model.get("capabilities");
  if (const Reader structured = capabilities.get("structured_outputs"); structured.is_object()) {
    info.structured_outputs = is_supported(structured);
  }
  info.effort = effort_of(capabilities.get("effort"));
  info.thinking = thinking_of(capabilities.get("thinking"));
  return info;
}

void set_capabilities(const ModelInfo& info, Model& model) {
  if (info.structured_outputs) model.structured_outputs = *info.structured_outputs;
  if (info.effort) model.effort = *info.effort;
  if (!info.thinking) return;
  // Not reported: that adaptive thinking is on by default and omitted, and without it no effort
  // goes beyond high, is so of the newest; where thinking is by budget only, it was never on by
  // default, and shown (docs/protocol.md 4.2).
  const bool by_default = info.thinking->adaptive;
  model.thinking = *info.thinking;
  model.thinking.on_by_default = by_default;
  model.thinking.off_up_to_high = by_default;
  model.thinking.summarized_by_default = !by_default;
}

Model row_of(const ModelInfo& info, const ModelTable& table) {
  const Model* exact = table.find(info.id);
  const Model* known = table.find_spelled(info.id);
  Model model = exact != nullptr ? *exact : table.resolve(info.id);
  model.listed = true;
  if (known == nullptr) set_capabilities(info, model);
  if (known == nullptr && !info.display_name.empty()) model.display_name = info.display_name;
  if (info.created_unix_s > 0) model.created_unix_s = info.created_unix_s;
  if (info.max_input_tokens) model.context_tokens = *info.max_input_tokens;
  if (info.max_tokens) model.max_tokens = *info.max_tokens;
  if (!info.retires.empty() || info.lifecycle != model.lifecycle) model.retires = info.retires;
  if (!info.lifecycle.empty()) model.lifecycle = info.lifecycle;
  return model;
}

}  // namespace

Result<ModelsPage> decode_models_page(std::string_view json) {
  json::Document document;
  const bool parsed = document.parse(json, anthropic::kUpstreamJson).has_value();
  const Reader data = parsed ? document.root().get("data") : Reader();
  if (!data.is_array()) {
    return err(ErrorKind::upstream_protocol, "the upstream's model list is not as expected");
  }
  ModelsPage page;
  for (const Reader model : data.elements()) {
    if (ModelInfo info = info_of(model); !info.id.empty()) page.models.push_back(std::move(info));
  }
  if (document.root().get("has_more").boolean_or(false)) {
    page.next = document.root().get("last_id").string_or("");
    if (page.next.empty()) {
      return err(ErrorKind::upstream_protocol, "the upstream's model list breaks off");
    }
  }
  return page;
}

void refresh(ModelTable& table, const std::vector<ModelInfo>& upstream) {
  std::vector<Model> listed;
  std::set<std::string_view> seen;
  for (const ModelInfo& info : upstream) {
    if (seen.insert(info.id).second) listed.push_back(row_of(info, table));
  }
  table.list(std::move(listed));
}

}  // namespace proxx
