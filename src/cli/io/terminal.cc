#include "cli/io/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/secret_text.h"
#include "base/visible.h"
#include "cli/io/write.h"

namespace proxx::cli {
namespace {

bool& color_on() {
  static bool on = use_color(Color::automatic);
  return on;
}

void say_with(std::string_view prefix, std::string_view text) {
  write_stderr(std::string(prefix) + visible(without_keys(text)) + '\n');
}

}  // namespace

bool use_color(Color color) {
  switch (color) {
    case Color::always:
      return true;
    case Color::never:
      return false;
    case Color::automatic:
      break;
  }
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return isatty(STDERR_FILENO) == 1;
}

void set_color(Color color) {
  color_on() = use_color(color);
}

void say(std::string_view text) {
  say_with("proxx: ", text);
}

void say_list(std::string_view text) {
  constexpr std::string_view kStart = "proxx: ";
  constexpr std::string_view kNext = "proxx:   ";
  const size_t columns = stderr_columns();
  std::string_view start = kStart;
  while (start.size() + text.size() > columns && columns > start.size()) {
    const size_t cut = text.rfind(", ", columns - start.size() - 1);
    if (cut == std::string_view::npos) break;
    say_with(start, text.substr(0, cut + 1));
    text.remove_prefix(cut + 2);
    start = kNext;
  }
  say_with(start, text);
}

size_t stderr_columns() {
  constexpr size_t kUsual = 80;
  if (isatty(STDERR_FILENO) != 1) return 0;
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

void say_error(std::string_view text) {
  say_with(color_on() ? "\x1b[31mproxx:\x1b[0m " : "proxx: ", text);
}

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write_some(STDERR_FILENO, text);
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

std::string trace_lines(char direction, std::string_view text) {
  std::string out;
  do {
    const size_t end = std::min(text.find('\n'), text.size());
    out.append({direction, ' '}).append(visible(text.substr(0, end))).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  } while (!text.empty());
  return out;
}

std::string dimmed(std::string_view text) {
  return color_on() ? "\x1b[2m" + std::string(text) + "\x1b[0m" : std::string(text);
}

}  // namespace proxx::cli
