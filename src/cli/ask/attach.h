#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/io/text_reader.h"

namespace proxx::cli {

/// The argument of -a as a content part of an OpenAI message in JSON, `image_url` or `file`. The
/// argument is `FILE`, `-` (stdin) or a URL, optionally followed by `;type=MIME`. `reader` decodes
/// text. Errors: `usage` if it cannot be read or has a type that the upstream does not take.
/// The part for `bytes`, which were read from `path` (`-` is stdin). If `type` is "", the first
/// bytes decide.
[[nodiscard]] Result<std::string> bytes_part(const std::string& path, std::string bytes,
                                             std::string type, TextReader& reader);
[[nodiscard]] Result<std::string> attachment_part(const std::string& argument, TextReader& reader);

}  // namespace proxx::cli
