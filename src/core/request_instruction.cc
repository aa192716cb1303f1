#include "core/request_instruction.h"

#include <algorithm>

namespace proxx::request {
namespace {

Block text_of(std::string_view text) {
  std::string raw;
  json::append_escaped(raw, text);
  return text_block(raw);
}

}  // namespace

void tag_as_system(Block& block) {
  static const size_t kHead = text_block("").json.size() - 1;
  block.json.insert(kHead, R"(<system>\n)");
  block.json.insert(block.json.size() - 1, R"(\n</system>)");
}

void add_instruction(Conversion& c, std::string_view text) {
  Block block = text_of(text);
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
  c.system.push_back(text_of(text));
}

}  // namespace proxx::request
