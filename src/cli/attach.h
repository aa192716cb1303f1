#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/text_reader.h"

namespace proxx::cli {

/// What -a gives: `FILE`, `-` (stdin) or a URL, each with `;type=MIME` behind it if wanted, as a
/// content part of an OpenAI message in JSON: `image_url` or `file`. `reader` decodes text. Errors:
/// `usage` for what cannot be read or is none of the types that the upstream takes.
[[nodiscard]] Result<std::string> attachment_part(const std::string& argument, TextReader& reader);

}  // namespace proxx::cli
