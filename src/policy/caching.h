#pragma once
#include <string_view>

namespace proxx::policy {

/// `cache_control` for a breakpoint that the client asked for in words other than Anthropic's.
inline constexpr std::string_view kCacheFiveMinutes = R"({"type":"ephemeral"})";
inline constexpr std::string_view kCacheHour = R"({"type":"ephemeral","ttl":"1h"})";

}  // namespace proxx::policy
