#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace proxx {

/// FNV-1a with a mixing step behind it: the same on every machine and in every version, since it
/// decides bytes that prompt caches have seen. Not for secrets, and not collision-free by itself.
[[nodiscard]] uint64_t stable_hash(std::string_view text, uint64_t seed = 0);

/// FNV-1a of 32 bits as 8 lower-case hexadecimal digits: for short names that must stay the same.
[[nodiscard]] std::string short_hash(std::string_view text);

/// 16 lower-case hexadecimal digits.
[[nodiscard]] std::string hex(uint64_t value);

}  // namespace proxx
