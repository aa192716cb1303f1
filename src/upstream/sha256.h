#pragma once
#include <array>
#include <string>
#include <string_view>

namespace proxx {

using Sha256 = std::array<unsigned char, 32>;

/// FIPS 180-4.
[[nodiscard]] Sha256 sha256(std::string_view text);
/// RFC 2104, of SHA-256.
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view text);

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex_of(const Sha256& digest);

}  // namespace proxx
