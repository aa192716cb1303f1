#include <algorithm>

#include "openai/chat/context.h"

// A final assistant message: text that the model continues (wire.md 1.4, 6.2).

namespace proxx::request {
namespace {

/// A text block without the white space at its end, which the upstream refuses there.
void trim_text(Block& block) {
  const std::string text = json::unescape(text_of(block));
  std::string raw;
  json::append_escaped(raw, trim_end(text));
  set_text(block, std::move(raw));
}

}  // namespace

Status convert_prefill(Conversion& c) {
  Turn& last = c.turns.back();
  if (last.role != Turn::Role::assistant) return {};
  const json::Reader messages = c.in["messages"];
  if (c.thinking_on) {
    return refuse(messages, "a final assistant message is not continued while thinking",
                  "prefill_unsupported");
  }
  const json::Reader native_format = c.in["output_config"].optional("format");
  if (!c.format.empty() || native_format) {
    return refuse(c.format.empty() ? native_format : c.in["response_format"],
                  "not taken together with a final assistant message");
  }
  const auto end = std::remove_if(last.blocks.begin(), last.blocks.end(), [](const Block& block) {
    return block.kind == Block::Kind::thinking;
  });
  if (end != last.blocks.end()) {
    // Refused where thinking is off; the last run may be left out (wire.md 1.8).
    c.notices.drop(messages, "thinking in the message that is to be continued");
    last.blocks.erase(end, last.blocks.end());
  }
  trim_text(last.blocks.back());
  return {};
}

}  // namespace proxx::request
