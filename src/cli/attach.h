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

/// The media type that the first bytes tell: PNG, JPEG, GIF, WebP, PDF; "" for anything else.
[[nodiscard]] std::string_view sniff_media_type(std::string_view bytes);

/// Padded base64 of the standard alphabet.
[[nodiscard]] std::string encode_base64(std::string_view bytes);

}  // namespace proxx::cli
