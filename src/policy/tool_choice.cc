#include <algorithm>
#include <string>
#include <utility>

#include "policy/instruction.h"
#include "policy/steps.h"

// tool_choice and parallel calls (docs/protocol.md 1.7; docs/mapping-chat.md 6.1).

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
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

bool has_calls(const anthropic::MessagesRequest& request) {
  return std::any_of(request.turns.begin(), request.turns.end(), [](const anthropic::Turn& turn) {
    return std::any_of(turn.blocks.begin(), turn.blocks.end(), [](const InputBlock& block) {
      return block.kind == InputBlock::Kind::tool_use;
    });
  });
}

/// Calls in the history want a tool (docs/protocol.md 1.4). What no model can call changes nothing
/// else; it is always the same, as it is part of the prompt's prefix.
void add_tool_of_no_use(const Step& step) {
  InputBlock tool;
  tool.kind = InputBlock::Kind::tool;
  tool.head = R"({"name":"unavailable","description":"No tool can be called now.",)"
              R"("input_schema":{"type":"object","properties":{}})";
  step.request.tools.push_back(std::move(tool));
  step.request.tool_choice.type = ToolChoice::Type::none;
  step.notices.note("tools",
                    "the upstream takes calls in the history only beside a tool; one is sent that "
                    "cannot be called");
}

}  // namespace

Status apply_tool_choice(const Step& step) {
  step.notices.about(Topic::tool_choice);
  if (step.request.tools.empty()) {
    if (has_calls(step.request)) add_tool_of_no_use(step);
    return {};
  }
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
