#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// Thinking blocks on their way through the client: `encrypted_content` of a reasoning item holds
// the Anthropic blocks to the byte (docs/mapping-responses.md 4.5). It is no secret: the upstream's
// signature protects the blocks, the checksum only tells damage from truth.

namespace proxx::openai::responses {

/// Bytes of the sealed JSON.
inline constexpr size_t kMaxSealedBytes = size_t{1} << 20;

/// `proxx1.CHECKSUM.PAYLOAD` of a JSON array of blocks.
[[nodiscard]] std::string seal(std::string_view blocks_json);

enum class SealState {
  good,
  foreign,  ///< of another maker: its reasoning never was in a prompt of ours
  damaged,  ///< of ours, but changed, too large, or of another version
};

struct Unsealed {
  SealState state = SealState::foreign;
  std::string blocks_json;  ///< if good; what is in it is not looked at
};
[[nodiscard]] Unsealed unseal(std::string_view encrypted_content);

}  // namespace proxx::openai::responses
