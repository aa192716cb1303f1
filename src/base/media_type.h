#pragma once
#include <cstddef>
#include <string_view>

namespace proxx {

/// How many bytes sniff_media_type() looks at.
inline constexpr size_t kSniffedBytes = 12;

/// The media type that the first bytes tell: PNG, JPEG, GIF, WebP, PDF; "" for anything else.
[[nodiscard]] std::string_view sniff_media_type(std::string_view bytes);

}  // namespace proxx
