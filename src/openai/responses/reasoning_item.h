#pragma once
#include <vector>

#include "anthropic/input_block.h"
#include "base/result.h"
#include "json/reader.h"

namespace proxx::openai::responses {

/// The thinking of a reasoning item (docs/mapping-responses.md 4.5).
struct ReasoningItem {
  enum class State {
    good,
    foreign,  ///< made by another server, or by none: it never was in a prompt of ours
    broken    ///< ours, but it cannot be rebuilt: what came before it is of no use either
  };
  State state = State::foreign;
  std::vector<anthropic::InputBlock> blocks;  ///< if good
  json::Reader at;                            ///< what a notice names
};

/// Errors: `encrypted_content` is no string.
Result<ReasoningItem> read_reasoning_item(json::Reader item);

}  // namespace proxx::openai::responses
