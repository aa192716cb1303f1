#include <algorithm>
#include <string>
#include <utility>

#include "anthropic/white_space.h"
#include "json/string.h"
#include "policy/steps.h"

// A final assistant message: text that the model continues (wire.md 1.4, 6.2). conversation.cc has
// refused it for models that do not.

namespace proxx::policy {
namespace {

using anthropic::InputBlock;

/// Removes the white space at the block's end, which the upstream refuses there.
void trim_text(InputBlock& text_block) {
  const std::string text = json::unescape(anthropic::text_of(text_block));
  std::string raw;
  json::append_escaped(raw, anthropic::trim_end(text));
  anthropic::set_text(text_block, std::move(raw));
}

}  // namespace

Status apply_prefill(const Step& step) {
  step.notices.about(Topic::prefill);
  anthropic::Turn& last = step.request.turns.back();
  if (last.role != anthropic::Turn::Role::assistant) return {};
  const Place& conversation = step.wishes.conversation;
  if (step.request.thinking.on()) {
    return err(conversation, "a final assistant message is not continued while thinking",
               "prefill_unsupported");
  }
  const anthropic::OutputConfig& config = step.request.output_config;
  const json::Reader own_format = config.verbatim.optional("format");
  if (!config.format.empty() || own_format) {
    return err(config.format.empty() ? Place(own_format) : step.wishes.format->place,
               "not taken together with a final assistant message");
  }
  const auto end = std::remove_if(
      last.blocks.begin(), last.blocks.end(),
      [](const InputBlock& block) { return block.kind == InputBlock::Kind::thinking; });
  if (end != last.blocks.end()) {
    // Refused where thinking is off; the last run may be left out (wire.md 1.8).
    step.notices.drop(conversation, "thinking in the message that is to be continued");
    last.blocks.erase(end, last.blocks.end());
  }
  trim_text(last.blocks.back());
  return {};
}

}  // namespace proxx::policy
