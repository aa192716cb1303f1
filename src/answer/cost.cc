#include "answer/cost.h"

namespace proxx {

std::optional<double> cost_usd(const answer::TokenUsage& tokens, const Model* model) {
  if (model == nullptr || model->price_input < 0 || model->price_output < 0) return std::nullopt;
  // Writing the cache costs 1.25 times input for five minutes (docs/protocol.md 1.5).
  constexpr double kCacheWriteFactor = 1.25;
  const auto plain =
      static_cast<double>(tokens.prompt_tokens - tokens.cached_tokens - tokens.cache_write_tokens);
  const double read = model->price_cache_read >= 0 ? model->price_cache_read : model->price_input;
  return (plain * model->price_input + static_cast<double>(tokens.cached_tokens) * read +
          static_cast<double>(tokens.cache_write_tokens) * model->price_input * kCacheWriteFactor +
          static_cast<double>(tokens.completion_tokens) * model->price_output) /
         1e6;
}

}  // namespace proxx
