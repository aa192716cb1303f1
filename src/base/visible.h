#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// Text of strangers (an upstream, a file's name, a model) for a reader's eyes. These characters are
// shown instead of sent, because they drive a terminal, start a line or reorder one: C0 controls
// but tab, DEL, C1 controls, U+2028 and U+2029, the bidirectional controls, bytes that are not
// UTF-8. Everything that goes to stderr, to a log or to a terminal passes through here.

namespace proxx {

/// What becomes of a newline: a message is one line, a model's answer has many.
enum class Newlines : uint8_t { shown, kept };

/// `text` with such characters as `\x1b` (up to U+00FF, and bytes that are not UTF-8) or `\u202e`.
[[nodiscard]] std::string visible(std::string_view text, Newlines newlines = Newlines::shown);

/// Valid JSON, or frames and lines of it, with such characters as JSON's own escapes: the same
/// values for a program, nothing that acts on a terminal.
[[nodiscard]] std::string visible_json(std::string_view json);

}  // namespace proxx
