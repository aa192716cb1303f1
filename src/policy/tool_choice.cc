#include <string>

#include "policy/instruction.h"
#include "policy/steps.h"

// tool_choice and parallel calls (docs/protocol.md 1.7; docs/mapping-chat.md 6.1).

namespace proxx::policy {
namespace {

using anthropic::ToolChoice;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string duty_to_call(const ToolChoice& choice) {
  if (choice.type != ToolChoice::Type::tool) {
    return "You must call at least one of the tools now; do not answer with text alone.";
  }
  return "You must call the tool " + choice.name +
         " now; do not call another one, and do not answer with text alone.";
}

/// Explicit manual thinking goes together with no forced call. Thinking of our own making gives
/// way.
bool own_thinking_is_manual(const Step& step) {
  return step.model.thinking.enabled && step.wishes.thinking.own.get("type").equals("enabled");
}

}  // namespace

Status apply_tool_choice(const Step& step) {
  step.notices.about(Topic::tool_choice);
  if (step.request.tools.empty()) return {};
  const ToolChoiceWish& wish = step.wishes.tool_choice;
  ToolChoice choice = wish.choice;

  std::string instruction;
  if (!wish.allowed.empty()) {
    // All tools are sent: to leave some out would change the prompt's prefix.
    instruction = "Of the tools, you may call only these now: " + joined(wish.allowed) + '.';
    step.notices.adjust(wish.place,
                        "all tools are sent; the model is told which of them it may call");
  }
  if (!step.request.output_config.format_of_tool.empty()) {
    // Another choice would let the model call instead, perhaps another tool.
    choice = {ToolChoice::Type::none, {}, false};
    step.notices.adjust(
        wish.place, "the model cannot be forced to call a tool; its answer gets the tool's schema");
  } else if (choice.forced() && !step.model.forced_tool_choice) {
    instruction += (instruction.empty() ? "" : " ") + duty_to_call(choice);
    choice.type = ToolChoice::Type::automatic;
    step.notices.adjust(wish.place, "the model cannot be forced to call a tool; it is told to");
  }
  if (!instruction.empty()) add_instruction(step.model, instruction, step.request);

  if (choice.forced() && !step.model.forced_tool_choice_with_manual_thinking &&
      own_thinking_is_manual(step)) {
    return err(wish.place, "a tool cannot be forced while thinking.type is enabled");
  }
  // The flag needs an object to be in.
  const bool is_absent = choice.type == ToolChoice::Type::absent;
  if (choice.disable_parallel_tool_use && is_absent) choice.type = ToolChoice::Type::automatic;
  step.request.tool_choice = choice;
  return {};
}

}  // namespace proxx::policy
