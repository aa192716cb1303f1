#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace proxx {

/// What is wrong with an extra upstream header, or nothing: its name must be an HTTP token and none
/// that frames the message, its value free of control bytes. Never holds the value.
[[nodiscard]] std::optional<std::string> check_header(std::string_view name,
                                                      std::string_view value);

/// Extra headers that one place may set, as many as a request to `serve` may have: each goes out
/// with every request, and is looked for among the others.
inline constexpr size_t kMaxExtraHeaders = 100;

/// True if the value is better not shown, by the rules of base/secret_text.h.
[[nodiscard]] bool looks_secret(std::string_view name, std::string_view value);

}  // namespace proxx
