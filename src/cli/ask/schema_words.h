#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx::cli {

/// The JSON Schema that -J names: JSON itself, a file with it (`-` is stdin), or the short form of
/// words_to_schema(). Errors: `usage`.
[[nodiscard]] Result<std::string> read_schema(const std::string& value);

/// The short form that llm has: `name, age int, bio: one sentence`. Members are separated by
/// commas, or by line ends if there are any; a type is str (the default), int, float or bool; what
/// follows a colon is the description. All members are required. Errors: `usage`.
[[nodiscard]] Result<std::string> words_to_schema(std::string_view words);

}  // namespace proxx::cli
