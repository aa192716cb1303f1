#include "anthropic/usage.h"

#include <algorithm>
#include <limits>

namespace proxx::anthropic {
namespace {

constexpr int64_t kMaxCount = std::numeric_limits<int64_t>::max();

std::optional<int64_t> decode_count(json::Reader value) {
  if (!value.is_number()) return std::nullopt;
  if (const auto integer = value.integer_or_none()) return std::max<int64_t>(*integer, 0);
  const std::optional<double> number = value.number_or_none();
  const bool negative = value.raw().front() == '-';
  if (negative) return 0;
  if (!number || *number >= static_cast<double>(kMaxCount)) return kMaxCount;
  return static_cast<int64_t>(*number);
}

ServiceTier decode_service_tier(json::Reader value) {
  if (value.equals("standard")) return ServiceTier::standard;
  if (value.equals("priority")) return ServiceTier::priority;
  if (value.equals("batch")) return ServiceTier::batch;
  return ServiceTier::unknown;
}

template <class T>
void replace(std::optional<T>& current, const std::optional<T>& newer) {
  if (newer) current = newer;
}

}  // namespace

void Usage::merge(const Usage& newer) {
  replace(input_tokens, newer.input_tokens);
  replace(cache_creation_input_tokens, newer.cache_creation_input_tokens);
  replace(cache_read_input_tokens, newer.cache_read_input_tokens);
  replace(output_tokens, newer.output_tokens);
  replace(thinking_tokens, newer.thinking_tokens);
  if (newer.service_tier != ServiceTier::unknown) service_tier = newer.service_tier;
}

int64_t Usage::prompt_tokens() const {
  return add_saturated(
      input_tokens.value_or(0),
      add_saturated(cache_creation_input_tokens.value_or(0), cache_read_input_tokens.value_or(0)));
}

Usage decode_usage(json::Reader usage) {
  Usage result;
  result.input_tokens = decode_count(usage.get("input_tokens"));
  result.cache_creation_input_tokens = decode_count(usage.get("cache_creation_input_tokens"));
  result.cache_read_input_tokens = decode_count(usage.get("cache_read_input_tokens"));
  result.output_tokens = decode_count(usage.get("output_tokens"));
  result.thinking_tokens = decode_count(usage.get("output_tokens_details").get("thinking_tokens"));
  result.service_tier = decode_service_tier(usage.get("service_tier"));
  return result;
}

int64_t add_saturated(int64_t a, int64_t b) {
  return a > kMaxCount - b ? kMaxCount : a + b;
}

}  // namespace proxx::anthropic
