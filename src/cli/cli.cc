#include "cli/cli.h"

#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_text.h"
#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/io/output.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/report.h"
#include "cli/usage_text.h"
#include "cli/version.h"
#include "config/nearest.h"
#include "config/secret_environment.h"
#include "upstream/curl/engine.h"

namespace proxx::cli {
namespace {

struct Command {
  std::string_view name;
  int (*run)(int argc, char** argv);
};
int run_help(int argc, char** argv);

constexpr std::array<Command, 10> kCommands = {{
    {"ask", run_ask},
    {"send", run_send},
    {"batch", run_batch},
    {"bridge", run_bridge},
    {"convert", run_convert},
    {"serve", run_serve},
    {"mock", run_mock},
    {"models", run_models},
    {"config", run_config},
    {"help", run_help},
}};

std::optional<std::string_view> nearest_command(const std::string& word) {
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) names.push_back(command.name);
  return nearest(word, names);
}

int dispatch(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "-h" || word == "--help") return run_help(1, argv);
  if (word.empty() || word[0] == '-' || looks_like_file(word)) return run_send(argc, argv);
  for (const Command& command : kCommands) {
    if (command.name == word) return command.run(argc - 1, argv + 1);
  }
  const bool more_words = argc > 2 && argv[2][0] != '-';
  return unknown_command(word, more_words ? word + " ..." : word);
}

int print_text(const std::string& text) {
  Output output(Content::text);
  Status status = output.write(text);
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

/// `proxx help COMMAND` is `proxx COMMAND --help`.
int run_help(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return print_text(std::string(kOverview));
  const std::string word = argv[1];
  for (const Command& command : kCommands) {
    if (command.name != word || command.run == run_help) continue;
    std::string help = "--help";
    std::array<char*, 3> call = {argv[1], help.data(), nullptr};
    return command.run(2, call.data());
  }
  return word == "help" ? print_text(std::string(kOverview)) : unknown_command(word);
}

}  // namespace

int print_version() {
  return print_text("proxx " + std::string(kVersion) + "\n" + engine_version() +
                    "\n" PROXX_LIBRARIES "\n");
}

std::string ask_in_words(const std::string& prompt) {
  std::string text = "for a prompt in words: proxx ask '";
  for (const char c : shown_whole(prompt)) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

int unknown_command(const std::string& word, const std::string& prompt) {
  if (word.find(' ') != std::string::npos) {
    say_error(ask_in_words(word));
    return kExitUsage;
  }
  const auto close = nearest_command(word);
  const std::string shown = "'" + shown_whole(word) + "'";
  if (!close) {
    say_error("unknown command " + shown + "; see proxx --help" +
              (prompt.empty() ? "" : "; for a prompt in words: proxx ask " + shown_whole(prompt)));
  } else if (*close == word) {
    say_error("the command " + shown + " must come before the options");
  } else {
    say_error("unknown command " + shown + " (did you mean '" + std::string(*close) + "'?)");
  }
  return kExitUsage;
}

std::optional<int> command_after_options(const std::string& word) {
  if (looks_like_file(word) || !nearest_command(word)) return std::nullopt;
  return unknown_command(word);
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
