#include <set>

#include "openai/chat/context.h"
#include "openai/chat/instruction.h"

// tool_choice, function_call, parallel_tool_calls (wire.md 1.7, 6.1).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;
using Choice = ToolChoice::Type;

constexpr const char* kMustCall =
    "You must call at least one of the tools now; do not answer with text alone.";

std::string must_call(std::string_view name) {
  return "You must call the tool " + std::string(name) +
         " now; do not call another one, and do not answer with text alone.";
}

/// The name in `tool_choice.function` and its like; it has to be one of the tools'.
Result<std::string> tool_name(Conversion& c, Reader object, Reader name) {
  if (!name) return missing(object, "name");
  PROXX_ASSIGN(std::string text, name.string());
  if (c.tool_names.count(text) == 0) {
    return fail(ErrorKind::invalid_request, "no tool has the name that it asks for",
                c.in["tool_choice"] ? "tool_choice" : "function_call", "invalid_value");
  }
  return text;
}

Status set_word(Conversion& c, Reader word) {
  struct Row {
    std::string_view word;
    Choice type;
  };
  static constexpr Row kWords[] = {
      {"auto", Choice::automatic},
      {"none", Choice::none},
      {"required", Choice::any},
      {"any", Choice::any},  // Anthropic's own word
  };
  for (const Row& row : kWords) {
    if (!word.equals(row.word)) continue;
    c.tool_choice.type = row.type;
    return {};
  }
  return refuse(word, "must be none, auto, required or an object", "invalid_value");
}

Status set_named(Conversion& c, Reader choice, std::string_view kind) {
  const Reader named = choice.optional(kind);
  if (!named) return missing(choice, kind);
  PROXX_TRY(named.expect(Type::object));
  PROXX_ASSIGN(c.tool_choice.name, tool_name(c, named, named.optional("name")));
  c.tool_choice.type = Choice::tool;
  return {};
}

/// All tools stay, since taking some away would change the prompt's prefix; the model is told.
Status set_allowed(Conversion& c, Reader choice) {
  const Reader allowed = choice.optional("allowed_tools");
  if (!allowed) return missing(choice, "allowed_tools");
  PROXX_TRY(allowed.expect(Type::object));
  const Reader mode = allowed.optional("mode");
  if (!mode) return missing(allowed, "mode");
  PROXX_TRY(mode.expect(Type::string));
  const bool required = mode.equals("required");
  if (!required && !mode.equals("auto")) {
    return refuse(mode, "must be auto or required", "invalid_value");
  }
  const Reader list = allowed.optional("tools");
  if (!list) return missing(allowed, "tools");
  PROXX_TRY(list.expect(Type::array));
  std::set<std::string> names;
  std::string shown;
  for (const Reader tool : list.elements()) {
    PROXX_TRY(tool.expect(Type::object));
    const Reader holder = tool.optional("function") ? tool.optional("function")
                          : tool.optional("custom") ? tool.optional("custom")
                                                    : tool;
    PROXX_TRY(holder.expect(Type::object));
    PROXX_ASSIGN(const std::string name, tool_name(c, holder, holder.optional("name")));
    if (names.insert(name).second) shown += (shown.empty() ? "" : ", ") + name;
  }
  if (names.empty()) return refuse(list, "must name at least one tool", "invalid_value");
  c.tool_choice.type = required ? Choice::any : Choice::automatic;
  if (names.size() < c.tool_names.size()) {
    c.tool_choice.instruction = "Of the tools, you may call only these now: " + shown + '.';
    c.notices.adjust(choice, "all tools are sent; the model is told which of them it may call");
  }
  return {};
}

/// Anthropic's own form: {type: auto | any | tool | none, name?, disable_parallel_tool_use?}.
Status set_native(Conversion& c, Reader choice, Reader type) {
  if (type.equals("tool")) {
    PROXX_ASSIGN(c.tool_choice.name, tool_name(c, choice, choice.optional("name")));
    c.tool_choice.type = Choice::tool;
  } else {
    PROXX_TRY(set_word(c, type));
  }
  if (const Reader disable = choice.optional("disable_parallel_tool_use")) {
    PROXX_ASSIGN(c.tool_choice.disable_parallel_tool_use, disable.boolean());
  }
  return {};
}

Status read_tool_choice(Conversion& c, Reader choice) {
  if (choice.is_string()) return set_word(c, choice);
  if (!choice.is_object()) {
    return refuse(choice, "expected a string or an object", "invalid_type");
  }
  const Reader type = choice.optional("type");
  if (!type) return missing(choice, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("function")) return set_named(c, choice, "function");
  if (type.equals("custom")) return set_named(c, choice, "custom");
  if (type.equals("allowed_tools")) return set_allowed(c, choice);
  return set_native(c, choice, type);
}

Status read_function_call(Conversion& c, Reader choice) {
  if (choice.is_string()) return set_word(c, choice);
  if (!choice.is_object()) {
    return refuse(choice, "expected a string or an object", "invalid_type");
  }
  PROXX_ASSIGN(c.tool_choice.name, tool_name(c, choice, choice.optional("name")));
  c.tool_choice.type = Choice::tool;
  return {};
}

/// Models that refuse to be forced are told instead.
void tell_instead_of_forcing(Conversion& c, Reader choice) {
  ToolChoice& out = c.tool_choice;
  std::string duty = out.type == Choice::tool ? must_call(out.name) : kMustCall;
  out.instruction += (out.instruction.empty() ? "" : " ") + duty;
  out.type = Choice::automatic;
  c.notices.adjust(choice, "the model cannot be forced to call a tool; it is told to");
}

}  // namespace

Status convert_tool_choice(Conversion& c) {
  ToolChoice& out = c.tool_choice;
  const Reader tool_choice = c.in["tool_choice"];
  const Reader function_call = c.in["function_call"];
  const Reader choice = tool_choice ? tool_choice : function_call;
  if (tool_choice && function_call) {
    c.notices.drop(function_call, "tool_choice is sent");
  }
  if (choice && c.tools.empty()) {
    // Nothing to choose from; legal only if nothing has to be chosen.
    const bool harmless = choice.equals("none") || choice.equals("auto") ||
                          choice.get("type").equals("none") || choice.get("type").equals("auto");
    if (!harmless && (choice.is_string() || choice.is_object())) {
      return refuse(choice, "there are no tools to choose from", "invalid_value");
    }
  }
  if (choice) {
    PROXX_TRY(tool_choice ? read_tool_choice(c, choice) : read_function_call(c, choice));
  }
  if (const Reader parallel = c.in["parallel_tool_calls"]) {
    PROXX_ASSIGN(const bool allowed, parallel.boolean());
    out.disable_parallel_tool_use = out.disable_parallel_tool_use || !allowed;
  }
  // function_call has room for one call.
  if (c.out.answer.legacy_function_call) out.disable_parallel_tool_use = true;
  if (c.tools.empty()) {
    out = ToolChoice();
    return {};
  }
  if (out.forced() && !c.model.forced_tool_choice) tell_instead_of_forcing(c, choice);
  if (out.disable_parallel_tool_use && out.type == Choice::absent) out.type = Choice::automatic;
  if (!out.instruction.empty()) add_instruction(c, out.instruction);
  if (out.forced() && !c.model.forced_tool_choice_with_manual_thinking &&
      c.model.thinking.enabled && c.in["thinking"].get("type").equals("enabled")) {
    return refuse(choice, "a tool cannot be forced while thinking.type is enabled");
  }
  return {};
}

}  // namespace proxx::request
