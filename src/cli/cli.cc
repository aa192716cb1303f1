#include "cli/cli.h"

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_text.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "config/nearest.h"
#include "config/secret_environment.h"
#include "upstream/engine.h"

namespace proxx::cli {
namespace {

struct Command {
  std::string_view name;
  int (*run)(int argc, char** argv);
};
constexpr std::array<Command, 8> kCommands = {{
    {"ask", run_ask},
    {"batch", run_batch},
    {"bridge", run_bridge},
    {"convert", run_convert},
    {"serve", run_serve},
    {"mock", run_mock},
    {"models", run_models},
    {"config", run_config},
}};

std::optional<std::string_view> nearest_command(const std::string& word) {
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) names.push_back(command.name);
  return nearest(word, names);
}

/// The value of a header option may be any secret; other words are judged by their look.
std::string without_header_value(std::string_view word) {
  const std::string_view name = word.substr(0, word.find(':'));
  return name.size() == word.size() ? std::string(word) : std::string(name) + ": ...";
}

/// The arguments as they may be shown.
std::vector<std::string> shown_arguments(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  bool header_follows = false;
  for (const std::string& each : arguments) {
    const bool holds_header =
        each.starts_with("--header=") || (each.starts_with("-H") && each.size() > 2);
    const bool header = header_follows || holds_header;
    const std::string text = header ? without_header_value(each) : each;
    out.push_back(looks_like_secret(text) ? "..." : text);
    header_follows = !header_follows && (each == "-H" || each == "--header");
  }
  return out;
}

/// The word as a shell takes it.
std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + '\'';
}

int dispatch(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word.empty() || word[0] == '-' || looks_like_file(word)) return run_send(argc, argv);
  for (const Command& command : kCommands) {
    if (command.name == word) return command.run(argc - 1, argv + 1);
  }
  return unknown_command(word);
}

}  // namespace

int print_version() {
  Output output(Content::text);
  Status status = output.write("proxx " + std::string(kVersion) + "\n" + engine_version() +
                               "\n" PROXX_LIBRARIES "\n");
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

int unknown_command(const std::string& word) {
  std::string text = "unknown command '" + shown_whole(word) + "'";
  if (const auto close = nearest_command(word)) {
    text += " (did you mean '" + std::string(*close) + "'?)";
  } else {
    text += "; see proxx --help";
  }
  say_error(text);
  return kExitUsage;
}

std::optional<int> command_behind_options(const std::string& word, int argc, char** argv) {
  if (looks_like_file(word)) return std::nullopt;
  const auto close = nearest_command(word);
  if (!close) return std::nullopt;
  if (*close != word) return unknown_command(word);
  std::vector<std::string> rest(argv + 1, argv + argc);
  rest.erase(std::find(rest.begin(), rest.end(), word));
  std::string line = "proxx " + word;
  for (const std::string& each : shown_arguments(rest)) line += ' ' + shell_quoted(each);
  say_error("the command comes first: " + line);
  return kExitUsage;
}

int run(int argc, char** argv) {
  prepare_process();
  take_secret_environment();
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& error) {
    say_error(std::string("internal error: ") + error.what());
  }
  return 1;
}

}  // namespace proxx::cli
