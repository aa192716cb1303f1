#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/text_reader.h"

namespace proxx::cli {

/// What -a gives: `FILE`, `-` (stdin) or a URL, each with `;type=MIME` behind it if wanted, as a
/// content part of an OpenAI message in JSON: `image_url` or `file`. `reader` decodes text. Errors:
/// `usage` for what cannot be read or is none of the types that the upstream takes.
/// The part of `bytes`, read from `path` (`-` is stdin); `type` "" is told by the first of them.
[[nodiscard]] Result<std::string> bytes_part(const std::string& path, std::string bytes,
                                             std::string type, TextReader& reader);
[[nodiscard]] Result<std::string> attachment_part(const std::string& argument, TextReader& reader);

}  // namespace proxx::cli
