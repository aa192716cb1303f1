#include <array>
#include <set>

#include "mock/rules/check.h"

// `tools` (docs/protocol.md 1.6) and `tool_choice` (docs/protocol.md 1.7).

namespace proxx::mock {
namespace {

constexpr size_t kMaxToolNameChars = 128;
constexpr size_t kMaxStrictTools = 20;

/// Tools that are told by their `type`; whatever else they hold is theirs.
constexpr std::string_view kTypedTools[] = {
    "web_search_",  "web_fetch_", "code_execution_",   "tool_search_tool_", "bash_",
    "text_editor_", "memory_",    "computer_toolset_", "browser_toolset_",  "computer_",
    "mcp_toolset",
};

Verdict check_name(const Context&, const Place& place) {
  if (is_identifier(place.value->get_ref<const std::string&>(), kMaxToolNameChars)) return {};
  return place.refuse("String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
}

Verdict check_input_schema(const Context&, const Place& place) {
  const auto type = place.find("type");
  if (!type) return Place{place.value, place.path + ".type"}.refuse("Field required");
  if (*type->value != "object") return type->refuse("Input should be 'object'");
  for (const std::string_view name : {"oneOf", "allOf", "anyOf"})
    if (place.find(name))
      return place.refuse("input_schema does not support oneOf, allOf, or anyOf at the top level");
  return {};
}

constexpr std::array kCustomFields{
    FieldRule{"name", Kind::string, Need::required, check_name},
    FieldRule{"input_schema", Kind::object, Need::required, check_input_schema},
    FieldRule{"description", Kind::string},
    FieldRule{"strict", Kind::boolean, Need::nullable},
    FieldRule{"cache_control", Kind::object, Need::nullable, check_cache_control},
    FieldRule{"input_examples", Kind::array},
    FieldRule{"defer_loading", Kind::boolean},
    FieldRule{"eager_input_streaming", Kind::boolean, Need::nullable},
    FieldRule{"allowed_callers", Kind::array},
    FieldRule{"type", Kind::string, Need::nullable},
};

bool is_typed(std::string_view type) {
  for (const std::string_view prefix : kTypedTools)
    if (type.starts_with(prefix)) return true;
  return false;
}

Verdict check_tool(const Context& context, const Place& tool) {
  if (auto bad = check_kind(tool, Kind::object)) return bad;
  const std::string_view type = tool.text("type");
  if (is_typed(type)) return {};
  if (!type.empty() && type != "custom")
    return tool.refuse("Input tag '" + std::string(type) +
                       "' found using 'type' does not match any of the expected tags");
  const Place custom = tool.tagged("custom");
  if (auto bad = check_fields(context, custom, kCustomFields)) return bad;
  return tool.is_true("strict") ? check_schema(*custom.find("input_schema")) : Verdict{};
}

/// The name a typed tool has without being given one: `toolset` types hold several.
std::string name_of(const Place& tool) {
  const std::string_view name = tool.text("name");
  return std::string(name.empty() ? tool.text("type") : name);
}

Verdict check_no_flag(const Context&, const Place& place) {
  return place.refuse("Extra inputs are not permitted");
}

Verdict check_choice_type(const Context& context, const Place& place) {
  if (auto bad = check_one_of(place, "auto any tool none")) return bad;
  if (*place.value != "any" && *place.value != "tool") return {};
  if (!context.model->forced_tool_choice)
    return api_error(400,
                     "tool_choice: type \"tool\" and \"any\" are not supported for this model.");
  if (context.thinking_type() == "enabled")
    return api_error(400, "Thinking may not be enabled when tool_choice forces tool use.");
  return {};
}

Verdict check_choice_name(const Context& context, const Place& place) {
  const auto tools = context.body.find("tools");
  for (size_t i = 0; tools && i < tools->value->size(); ++i)
    if (name_of(tools->item(i)) == place.value->get_ref<const std::string&>()) return {};
  return place.refuse("Tool '" + place.value->get<std::string>() + "' not found in provided tools");
}

constexpr FieldRule kChoiceType{"type", Kind::string, Need::required, check_choice_type};
constexpr FieldRule kParallel{"disable_parallel_tool_use", Kind::boolean};
constexpr std::array kAnyChoice{kChoiceType, kParallel};
constexpr std::array kToolChoice{
    kChoiceType, kParallel, FieldRule{"name", Kind::string, Need::required, check_choice_name}};
constexpr std::array kNoneChoice{
    kChoiceType, FieldRule{"disable_parallel_tool_use", Kind::any, Need::optional, check_no_flag}};

std::span<const FieldRule> choice_fields(std::string_view type) {
  if (type == "tool") return kToolChoice;
  if (type == "none") return kNoneChoice;
  return kAnyChoice;
}

}  // namespace

Verdict check_tools(const Context& context) {
  const auto tools = context.body.find("tools");
  if (!tools) return {};
  std::set<std::string> names;
  size_t strict = 0;
  for (size_t i = 0; i < tools->value->size(); ++i) {
    const Place tool = tools->item(i);
    if (auto bad = check_tool(context, tool)) return bad;
    if (!names.insert(name_of(tool)).second) return tools->refuse("Tool names must be unique.");
    strict += tool.is_true("strict") ? 1 : 0;
  }
  if (strict > kMaxStrictTools) return tools->refuse("at most 20 tools may be strict");
  return {};
}

Verdict check_tool_choice(const Context& context) {
  const auto choice = context.body.find("tool_choice");
  if (!choice) return {};
  const auto tools = context.body.find("tools");
  if (!tools || tools->value->empty())
    return choice->refuse("may only be specified while providing tools");
  const std::string_view type = choice->text("type");
  return check_fields(context, *choice, choice_fields(type));
}

}  // namespace proxx::mock
