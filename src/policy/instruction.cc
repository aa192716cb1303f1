#include "policy/instruction.h"

#include <algorithm>
#include <string>
#include <utility>

#include "json/string.h"

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using anthropic::Turn;
using namespace json::literals;

InputBlock block_of(std::string_view text) {
  return anthropic::own_text_block(json::escaped(text));
}

}  // namespace

void tag_as_system(InputBlock& text_block) {
  json::RawString tagged(R"(<system>\n)"_raw);
  tagged.append(anthropic::text_of(text_block)).append(R"(\n</system>)"_raw);
  anthropic::set_text(text_block, std::move(tagged));
}

void add_instruction(const Model& model, std::string_view text,
                     anthropic::MessagesRequest& request) {
  InputBlock block = block_of(text);
  std::vector<Turn>& turns = request.turns;
  if (model.mid_conversation_system) {
    if (turns.back().role != Turn::Role::system) turns.push_back({Turn::Role::system, {}});
    turns.back().blocks.push_back(std::move(block));
    return;
  }
  tag_as_system(block);
  const auto user = std::find_if(turns.rbegin(), turns.rend(),
                                 [](const Turn& turn) { return turn.role == Turn::Role::user; });
  user->blocks.push_back(std::move(block));
}

void add_continue_turn(anthropic::MessagesRequest& request) {
  InputBlock block = anthropic::text_block("Continue."_raw);
  block.origin.item = request.turns.back().blocks.back().origin.item;
  request.turns.push_back({Turn::Role::user, {std::move(block)}});
}

void add_system_text(std::string_view text, anthropic::MessagesRequest& request) {
  request.system.push_back(block_of(text));
}

}  // namespace proxx::policy
