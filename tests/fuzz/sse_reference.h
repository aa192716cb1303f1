#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxx::fuzz {

/// What a stream of events holds, by the letter of the HTML standard's "interpreting an event
/// stream"; slow, and written apart from the parser under test.
struct SseContent {
  std::vector<std::string> events;     ///< the data of each
  std::optional<std::string> unended;  ///< data of a last one that lacks its blank line or line end
};
[[nodiscard]] SseContent read_sse(std::string stream);

}  // namespace proxx::fuzz
