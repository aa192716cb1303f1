#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// What proxx says on stderr, and how things look on a terminal. Data goes elsewhere (output.h).

namespace proxx::cli {

enum class Color { automatic, always, never };

/// `color` by the rules of --color, NO_COLOR, TERM=dumb and stderr being a terminal or not.
[[nodiscard]] bool use_color(Color color);
void set_color(Color color);

/// `proxx: TEXT` and a newline, in one write: one line whatever the text, which visible() shows
/// (base/visible.h), without what looks like a key (base/secret_text.h): it may stand in the place
/// of a file's name, a model, a word. A stderr that cannot be written is none of the program's
/// business.
void say(std::string_view text);
/// say(), its prefix in red where colours are used.
void say_error(std::string_view text);
/// say() of `one, two, three`, which on a terminal is broken between its parts instead of wrapped.
void say_list(std::string_view text);
/// Columns of the terminal that stderr is, 80 if it does not tell; 0 if stderr is none.
[[nodiscard]] size_t stderr_columns();
/// Bytes as they are, for what has passed visible(): traces, reasoning; and for progress.
void write_stderr(std::string_view text);
/// Lines of a trace, each `> TEXT` or `< TEXT` (`direction`), visible(); at least one.
[[nodiscard]] std::string trace_lines(char direction, std::string_view text);
/// Text in the terminal's faint style where colours are used: reasoning.
[[nodiscard]] std::string dimmed(std::string_view text);

}  // namespace proxx::cli
