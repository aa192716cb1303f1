#include "cli/terminal.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

namespace proxx::cli {
namespace {

bool& color_on() {
  static bool on = use_color(Color::automatic);
  return on;
}

void say_with(std::string_view prefix, std::string_view text) {
  write_stderr(std::string(prefix) + visible(text) + '\n');
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

void say_error(std::string_view text) {
  say_with(color_on() ? "\x1b[31mproxx:\x1b[0m " : "proxx: ", text);
}

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

std::string dimmed(std::string_view text) {
  return color_on() ? "\x1b[2m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string visible(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    // C1 controls are C2 80 to C2 9F in UTF-8.
    const bool c1 = byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<uint8_t>(text[i + 1]) >= 0x80 &&
                    static_cast<uint8_t>(text[i + 1]) < 0xA0;
    const bool c0 = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    if (!c0 && !c1) {
      out.push_back(text[i]);
      continue;
    }
    const auto shown = c1 ? static_cast<uint8_t>(text[++i]) : byte;
    out.append("\\x");
    out.push_back(kHex[shown >> 4]);
    out.push_back(kHex[shown & 15]);
  }
  return out;
}

}  // namespace proxx::cli
