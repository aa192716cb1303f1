#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock/rules/check.h"

// Signatures of the mock's own. They hold what upstream's hold (docs/protocol.md 1.8): the block's
// text and the conversation before it, so that a converter which changes either is found out.

namespace proxx::mock {

struct Signature {
  uint64_t text = 0;  ///< 0 for an omitted text, which may be replaced by anything
  uint64_t prefix = 0;

  [[nodiscard]] std::string encode() const;
  /// Nothing if another issued it: its truth cannot be known here.
  [[nodiscard]] static std::optional<Signature> decode(std::string_view text);
};

[[nodiscard]] uint64_t hash_text(std::string_view text);

/// The hash of system, tools and the messages before each message; one more for all of them.
/// Whatever upstream does not count as a change (key order, cache_control, 1 for 1.0, the order of
/// tools, white space around a text, thinking itself) does not change it.
[[nodiscard]] std::vector<uint64_t> prefix_hashes(const Json& body);

/// What an answer to this request is bound to. A paused turn that is sent back is still the answer.
[[nodiscard]] uint64_t answer_prefix(const Json& body);

}  // namespace proxx::mock
