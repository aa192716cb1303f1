#include "config/model_entry.h"

#include <algorithm>

#include "config/setting.h"

namespace proxx {
namespace {

// Beyond any model to come; they only catch slips.
constexpr Rule kTokens{1, 1'000'000'000};
constexpr Rule kPrice{0, 1'000'000};

std::optional<std::string> check_lifecycle(std::string& text) {
  if (text == "active" || text == "deprecated" || text == "retired") return std::nullopt;
  return "expected active, deprecated or retired";
}

}  // namespace

std::vector<Setting> settings_of(Model& m) {
  return {
      {"display_name", &m.display_name},
      {"context_tokens", &m.context_tokens, kTokens},
      {"max_tokens", &m.max_tokens, kTokens},
      {"thinking.adaptive", &m.thinking.adaptive},
      {"thinking.enabled", &m.thinking.enabled},
      {"thinking.disabled", &m.thinking.disabled},
      {"thinking.between_tools", &m.thinking.between_tools},
      {"thinking.off_up_to_high", &m.thinking.off_up_to_high},
      {"thinking.on_by_default", &m.thinking.on_by_default},
      {"thinking.summarized_by_default", &m.thinking.summarized_by_default},
      {"effort.supported", &m.effort.supported},
      {"effort.xhigh", &m.effort.xhigh},
      {"effort.max", &m.effort.max},
      {"sampling", &m.sampling},
      {"prefill", &m.prefill},
      {"forced_tool_choice", &m.forced_tool_choice},
      {"forced_tool_choice_with_manual_thinking", &m.forced_tool_choice_with_manual_thinking},
      {"mid_conversation_system", &m.mid_conversation_system},
      {"structured_outputs", &m.structured_outputs},
      {"price_input", &m.price_input, kPrice},
      {"price_output", &m.price_output, kPrice},
      {"price_cache_read", &m.price_cache_read, kPrice},
      {"lifecycle", &m.lifecycle, {0, 0, check_lifecycle}},
      {"retires", &m.retires},
  };
}

void apply_corrections(const ModelEntry& entry, Model& model) {
  Model values = entry.values;
  const std::vector<Setting> from = settings_of(values);
  const std::vector<Setting> to = settings_of(model);
  for (size_t i = 0; i < from.size(); ++i) {
    const auto& names = entry.corrected;
    if (std::find(names.begin(), names.end(), from[i].name) != names.end()) {
      copy_value(from[i].slot, to[i].slot);
    }
  }
}

void add_models(const std::vector<ModelEntry>& entries, ModelTable& table) {
  for (const ModelEntry& entry : entries) {
    if (!entry.corrected.empty() || !entry.like.empty()) {
      const Model* row = entry.like.empty() ? table.find(entry.id) : nullptr;
      Model model =
          row != nullptr ? *row : table.resolve(entry.like.empty() ? entry.id : entry.like);
      if (!entry.like.empty()) {
        model.id = entry.id;
        model.alias.clear();
        model.display_name = entry.id;
      }
      apply_corrections(entry, model);
      table.put(std::move(model));
    }
    if (entry.name != entry.id) table.add_alias(entry.name, entry.id);
  }
}

}  // namespace proxx
