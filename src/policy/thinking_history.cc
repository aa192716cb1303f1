#include "policy/thinking_history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace proxx::policy {
namespace {

using anthropic::InputBlock;
using anthropic::Turn;

/// How many of `others` come before each of `pieces`, which are in order. The upstream's message
/// had more blocks than a client's form keeps: texts come back as one, server tools not at all. The
/// missing ones are assumed after the first text. The last block is never thinking, which the
/// upstream would refuse.
std::vector<int64_t> places_among(const std::vector<InputBlock>& others,
                                  const std::vector<ThinkingHistory::Piece>& pieces) {
  std::vector<int64_t> out;
  out.reserve(pieces.size());
  for (const auto& piece : pieces) {
    out.push_back(std::max<int64_t>(*piece.index - static_cast<int64_t>(out.size()), 0));
  }
  const int64_t last = std::max<int64_t>(static_cast<int64_t>(others.size()) - 1, 0);
  const int64_t missing = std::max<int64_t>(*std::max_element(out.begin(), out.end()) - last, 0);
  const bool begins_with_text = !others.empty() && others.front().kind == InputBlock::Kind::text;
  for (int64_t& place : out) {
    const int64_t least = begins_with_text && place > 0 ? 1 : 0;
    place = std::min(last, std::max(least, place - missing));
  }
  return out;
}

}  // namespace

std::vector<InputBlock> with_thinking(ThinkingHistory thinking, std::vector<InputBlock> others) {
  auto& pieces = thinking.pieces;
  if (pieces.empty()) return others;
  const bool placed = std::all_of(pieces.begin(), pieces.end(),
                                  [](const auto& piece) { return piece.index.has_value(); });
  if (placed) {
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const auto& a, const auto& b) { return *a.index < *b.index; });
  }
  const auto places = placed ? places_among(others, pieces) : std::vector<int64_t>(pieces.size());
  std::vector<InputBlock> out;
  out.reserve(pieces.size() + others.size());
  auto other = others.begin();
  for (size_t i = 0; i < pieces.size(); ++i) {
    while (other - others.begin() < places[i]) out.push_back(std::move(*other++));
    out.push_back(std::move(pieces[i].block));
  }
  std::move(other, others.end(), std::back_inserter(out));
  return out;
}

bool ThinkingHole::move_to_end(const std::vector<Turn>& turns) {
  turns_ = turns.size();
  blocks_ = turns.empty() ? 0 : turns.back().blocks.size();
  return std::exchange(thinking_after_, false);
}

void ThinkingHole::remove_thinking_before(std::vector<Turn>& turns) const {
  for (size_t i = 0; i < turns_; ++i) {
    std::vector<InputBlock>& blocks = turns[i].blocks;
    const bool last = i + 1 == turns_;
    const auto end = last ? blocks.begin() + static_cast<ptrdiff_t>(blocks_) : blocks.end();
    blocks.erase(std::remove_if(blocks.begin(), end,
                                [](const InputBlock& block) {
                                  return block.kind == InputBlock::Kind::thinking;
                                }),
                 end);
  }
}

}  // namespace proxx::policy
