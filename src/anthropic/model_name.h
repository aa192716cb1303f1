#pragma once
#include <cstddef>
#include <functional>
#include <string_view>

// Model names as gateways and configurations write them. Pure functions over text.

namespace proxx {

/// Longer names are looked up as they stand only: no model's name is that long.
inline constexpr size_t kMaxGatewayNameBytes = 256;

/// Offers `name`, then ever plainer spellings of it, until `accept` says true: without the path of
/// a provider (`anthropic/`, `arn:.../`), without `anthropic.` and a region before it
/// (`us.anthropic.`), and without what gateways append: `[1m]`, `@20251001`, `-20251001`, `-v1:0`,
/// `:beta`, `-thinking`, `-latest`. A version with a dot (`4.8`) is offered with a hyphen, too.
/// Returns whether one was accepted. A spelling is valid during the call only.
bool any_spelling(std::string_view name, const std::function<bool(std::string_view)>& accept);

/// True for a name with a `*`.
[[nodiscard]] bool is_pattern(std::string_view name);
/// Whether `name` is what `pattern` describes: each `*` stands for any text, also for none.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view name);

}  // namespace proxx
