#pragma once
#include <optional>

#include "answer/facts.h"
#include "anthropic/models.h"

namespace proxx {

/// What the tokens of an answer cost, where the model's prices are known. `model` may be null.
[[nodiscard]] std::optional<double> cost_usd(const answer::TokenUsage& tokens, const Model* model);

}  // namespace proxx
