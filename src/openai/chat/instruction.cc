#include "openai/chat/instruction.h"

#include <algorithm>

namespace proxx::request {
namespace {

Block block_of(std::string_view text) {
  std::string raw;
  json::append_escaped(raw, text);
  return own_text_block(std::move(raw));
}

}  // namespace

void tag_as_system(Block& block) {
  std::string raw = R"(<system>\n)";
  raw.append(text_of(block)).append(R"(\n</system>)");
  set_text(block, std::move(raw));
}

void add_instruction(Conversion& c, std::string_view text) {
  Block block = block_of(text);
  if (c.model.mid_conversation_system) {
    if (c.turns.back().role != Turn::Role::system) {
      c.turns.push_back({Turn::Role::system, {}});
    }
    c.turns.back().blocks.push_back(std::move(block));
    return;
  }
  tag_as_system(block);
  const auto user = std::find_if(c.turns.rbegin(), c.turns.rend(),
                                 [](const Turn& turn) { return turn.role == Turn::Role::user; });
  user->blocks.push_back(std::move(block));
}

void add_system_text(Conversion& c, std::string_view text) {
  c.system.push_back(block_of(text));
}

}  // namespace proxx::request
