#pragma once
#include <optional>
#include <string>
#include <string_view>

// Which browser origins may call: an origin as browsers send it (`https://app.example:8443`),
// `scheme://*` for every origin of a scheme, or `*` for all.

namespace proxx {

/// What is wrong with a pattern that no browser's Origin can match, or nothing. Does not repeat it.
[[nodiscard]] std::optional<std::string> check_origin_pattern(std::string& pattern);

/// Whether `origin`, the value of an Origin header, is what `pattern` describes.
[[nodiscard]] bool matches_origin(std::string_view pattern, std::string_view origin);

}  // namespace proxx
