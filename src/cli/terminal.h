#pragma once
#include <string>
#include <string_view>

// What proxx says on stderr, and how things look on a terminal. Data goes elsewhere (output.h).

namespace proxx::cli {

enum class Color { automatic, always, never };

/// `color` by the rules of --color, NO_COLOR, TERM=dumb and stderr being a terminal or not.
[[nodiscard]] bool use_color(Color color);
void set_color(Color color);

/// `proxx: TEXT` and a newline, in one write; control characters are shown, not sent. A stderr that
/// cannot be written is none of the program's business.
void say(std::string_view text);
/// say(), its prefix in red where colours are used.
void say_error(std::string_view text);
/// Bytes as they are, for traces, progress and usage help.
void write_stderr(std::string_view text);
/// Text in the terminal's faint style where colours are used: reasoning.
[[nodiscard]] std::string dimmed(std::string_view text);

/// `text` with its control characters (C0 but newline and tab, DEL, C1) made visible: `\x1b`. A
/// peer's text must not drive the terminal.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace proxx::cli
