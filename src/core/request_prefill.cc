#include "core/request_context.h"

// A final assistant message: text that the model continues (wire.md 1.4, 6.2).

namespace proxx::request {
namespace {

/// The text of a text block without the white space at its end, which the upstream refuses there.
void trim_end(Block& block) {
  static const size_t kHead = text_block("").json.size() - 1;
  const auto end = block.json.rfind('"');
  std::string text = json::unescape(std::string_view(block.json).substr(kHead, end - kHead));
  while (!text.empty() && is_blank(std::string_view(&text.back(), 1))) text.pop_back();
  std::string raw;
  json::append_escaped(raw, text);
  block.json.replace(kHead, end - kHead, raw);
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
  trim_end(last.blocks.back());
  return {};
}

}  // namespace proxx::request
