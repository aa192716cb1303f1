#pragma once
#include <cstdint>
#include <optional>

#include "json/reader.h"

namespace proxx::anthropic {

/// The capacity that served a call.
enum class ServiceTier : uint8_t { unknown, standard, priority, batch };

/// Token counts of one upstream call. A count that is absent or null is nothing, which is not 0:
/// it must not erase an earlier one (docs/protocol.md 2.2).
struct Usage {
  std::optional<int64_t> input_tokens;  ///< uncached input only
  std::optional<int64_t> cache_creation_input_tokens;
  std::optional<int64_t> cache_read_input_tokens;
  std::optional<int64_t> output_tokens;  ///< cumulative: set, don't add
  std::optional<int64_t> thinking_tokens;
  ServiceTier service_tier = ServiceTier::unknown;

  /// Members that `newer` has replace those known before.
  void merge(const Usage& newer);
  /// The whole prompt as OpenAI counts it.
  [[nodiscard]] int64_t prompt_tokens() const;
};

/// Never fails: a count of another type is absent, a negative one 0, a huge one the largest
/// int64 (docs/faults.md U43). `usage` may be absent.
[[nodiscard]] Usage decode_usage(json::Reader usage);

/// Sum of two counts, at most the largest int64.
[[nodiscard]] int64_t add_saturated(int64_t a, int64_t b);

}  // namespace proxx::anthropic
