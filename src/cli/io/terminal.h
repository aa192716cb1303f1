#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// Messages on stderr, and how text looks on a terminal. Data is written elsewhere (output.h).

namespace proxx::cli {

enum class Color { automatic, always, never };

/// `color` by the rules of --color, NO_COLOR, TERM=dumb and stderr being a terminal or not.
[[nodiscard]] bool use_color(Color color);
void set_color(Color color);

/// Writes `proxx: TEXT` and a newline in one write. It is one line whatever the text: visible()
/// shows control characters (base/visible.h). Masks text that looks like a key
/// (base/secret_text.h), since it may stand where a file, a model or a word is named. Ignores
/// errors of stderr.
void say(std::string_view text);
/// say() with its prefix in red where colours are used.
void say_error(std::string_view text);
/// say() of `one, two, three`. A terminal that is too narrow gets it in lines, broken between
/// parts.
void say_list(std::string_view text);
/// The width of the terminal at stderr, 80 if it is not known; 0 if stderr is no terminal.
[[nodiscard]] size_t stderr_columns();
/// Writes bytes unchanged: text that has passed visible() already (traces, reasoning), and
/// progress.
void write_stderr(std::string_view text);
/// Lines of a trace, each `> TEXT` or `< TEXT` (`direction`), visible(); at least one.
[[nodiscard]] std::string trace_lines(char direction, std::string_view text);
/// Text in the terminal's faint style where colours are used: reasoning.
[[nodiscard]] std::string dimmed(std::string_view text);

}  // namespace proxx::cli
