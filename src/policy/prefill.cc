#include <algorithm>
#include <string>
#include <utility>

#include "anthropic/white_space.h"
#include "json/string.h"
#include "json/text.h"
#include "json/writer.h"
#include "policy/instruction.h"
#include "policy/steps.h"

// A final assistant message: text that the model continues (docs/protocol.md 1.4;
// docs/mapping-chat.md 6.2). Where the model never does, conversation.cc has put a user turn after
// it.

namespace proxx::policy {
namespace {

using anthropic::InputBlock;

/// Removes the white space at the block's end, which the upstream refuses there.
void trim_text(InputBlock& text_block) {
  const std::string text = json::unescape(anthropic::text_of(text_block));
  anthropic::set_text(text_block, json::escaped(anthropic::trim_end(text)));
}

/// The same for a text block that the client wrote in Anthropic's own form.
void trim_own_text(InputBlock& text_block) {
  json::Document document;
  if (!document.parse(text_block.json + '}')) return;
  std::string json;
  json::Writer w(json);
  w.begin_object();
  for (const json::Member& member : document.root().members()) {
    w.raw_key(member.raw_key);
    if (member.key() == "text") {
      w.string(anthropic::trim_end(member.value.string_or("")));
    } else {
      w.raw(member.value.raw());
    }
  }
  text_block.json = std::move(json);
}

/// Why the model does not continue an assistant message; null if it does.
const char* why_not_continued(const Step& step) {
  if (step.request.thinking.on()) {
    return "an assistant message is not continued while thinking; sent Continue. after it";
  }
  const anthropic::OutputConfig& config = step.request.output_config;
  if (!config.format.empty() || config.verbatim.optional("format")) {
    return "an assistant message is not continued in a format; sent Continue. after it";
  }
  return nullptr;
}

}  // namespace

void apply_prefill(const Step& step) {
  step.notices.about(Topic::prefill);
  anthropic::Turn& last = step.request.turns.back();
  if (last.role != anthropic::Turn::Role::assistant) return;
  const Place& conversation = step.wishes.conversation;
  if (const char* reason = why_not_continued(step)) {
    add_continue_turn(step.request);
    step.notices.adjust(conversation, reason, kPrefillUnsupported);
    return;
  }
  const auto end = std::remove_if(
      last.blocks.begin(), last.blocks.end(),
      [](const InputBlock& block) { return block.kind == InputBlock::Kind::thinking; });
  if (end != last.blocks.end()) {
    // Refused where thinking is off; the last run may be left out (docs/protocol.md 1.8).
    step.notices.drop(conversation, "thinking in the message that is to be continued");
    last.blocks.erase(end, last.blocks.end());
  }
  InputBlock& text = last.blocks.back();
  anthropic::is_made_text(text) ? trim_text(text) : trim_own_text(text);
}

}  // namespace proxx::policy
