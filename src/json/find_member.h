#pragma once
#include <string_view>

namespace proxx::json {

/// The value of the member `key` of the object that `text` is, as it is written there; of several
/// the last, "" for none. For text that no Document takes, because it is nested too deep or wrong
/// somewhere: only strings and brackets are looked at, so the value may be anything. In one pass,
/// without memory.
[[nodiscard]] std::string_view find_member(std::string_view text, std::string_view key);

}  // namespace proxx::json
