#include <array>

#include "mock/rules/check.h"

// `thinking` (docs/protocol.md 1.8) and `output_config` (docs/protocol.md 1.9).

namespace proxx::mock {
namespace {

constexpr int64_t kMinBudgetTokens = 1024;

Verdict check_display(const Context& context, const Place& place) {
  if (*place.value == "updates" && !context.has_beta("thinking-display-updates-"))
    return place.refuse("Input should be 'summarized', 'omitted'");
  return check_one_of(place, "summarized omitted updates");
}

Verdict check_budget(const Context& context, const Place& place) {
  if (*place.value < kMinBudgetTokens)
    return place.refuse("Input should be greater than or equal to 1024");
  const auto max_tokens = context.body.find("max_tokens");
  if (max_tokens && *place.value >= *max_tokens->value)
    return api_error(400, "`max_tokens` must be greater than `thinking.budget_tokens`.");
  return {};
}

Verdict check_type(const Context& context, const Place& place) {
  if (auto bad = check_one_of(place, "adaptive enabled disabled between_tools")) return bad;
  const auto& type = place.value->get_ref<const std::string&>();
  if (has_word(context.model->thinking_types, type)) return {};
  return api_error(400,
                   "thinking.type." + type + ": \"" + type + "\" is not supported for this model.");
}

Verdict check_effort(const Context& context, const Place& place) {
  if (auto bad = check_one_of(place, "low medium high xhigh max")) return bad;
  if (context.model->efforts.empty())
    return place.refuse("This model does not support the effort parameter.");
  const auto& effort = place.value->get_ref<const std::string&>();
  if (!has_word(context.model->efforts, effort))
    return place.refuse("level '" + effort + "' is not supported by this model.");
  const std::string_view thinking = context.thinking_type();
  const bool without = thinking == "disabled" || thinking == "between_tools";
  if (without && context.model->effort_to_high_without_thinking && has_word("xhigh max", effort))
    return place.refuse("level '" + effort + "' is not supported with thinking type \"" +
                        std::string(thinking) + "\".");
  return {};
}

Verdict check_format(const Context& context, const Place& place) {
  static constexpr std::array kFields{
      FieldRule{
          "type", Kind::string, Need::required,
          [](const Context&, const Place& type) { return check_one_of(type, "json_schema"); }},
      FieldRule{"schema", Kind::object, Need::required,
                [](const Context&, const Place& schema) { return check_schema(schema); }}};
  return check_fields(context, place, kFields);
}

constexpr FieldRule kType{"type", Kind::string, Need::required, check_type};
constexpr FieldRule kDisplay{"display", Kind::string, Need::nullable, check_display};

constexpr std::array kEnabled{
    kType, kDisplay, FieldRule{"budget_tokens", Kind::integer, Need::required, check_budget}};
constexpr std::array kAdaptive{kType, kDisplay,
                               FieldRule{"block_binding", Kind::object, Need::optional, nullptr,
                                         "thinking-binding-controls-"}};
constexpr std::array kPlain{kType};

std::span<const FieldRule> thinking_fields(std::string_view type) {
  if (type == "enabled") return kEnabled;
  if (type == "adaptive") return kAdaptive;
  return kPlain;
}

}  // namespace

Verdict check_thinking(const Context& context) {
  const auto thinking = context.body.find("thinking");
  if (!thinking) return {};
  const std::string_view type = thinking->text("type");
  const bool known = has_word("adaptive enabled disabled between_tools", type);
  return check_fields(context, known ? thinking->tagged(type) : *thinking, thinking_fields(type));
}

Verdict check_output_config(const Context& context) {
  static constexpr std::array kFields{
      FieldRule{"effort", Kind::string, Need::nullable, check_effort},
      FieldRule{"format", Kind::object, Need::nullable, check_format},
      FieldRule{"task_budget", Kind::object, Need::nullable, nullptr, "task-budgets-"}};
  const auto config = context.body.find("output_config");
  return config ? check_fields(context, *config, kFields) : Verdict{};
}

}  // namespace proxx::mock
