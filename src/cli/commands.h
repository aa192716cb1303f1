#pragma once
#include <optional>
#include <string>

namespace proxx::cli {

// One function per command, each in its own file. argv[0] is the command's name; the result is the
// exit code.

int run_send(int argc, char** argv);
int run_ask(int argc, char** argv);
int run_batch(int argc, char** argv);
int run_bridge(int argc, char** argv);
int run_convert(int argc, char** argv);
int run_serve(int argc, char** argv);
int run_mock(int argc, char** argv);
int run_models(int argc, char** argv);
int run_config(int argc, char** argv);

/// The answer to --version; returns the exit code.
int print_version();
/// Reports that `word` is no command. Names the nearest command, or says that it is one in the
/// wrong place. For a `prompt`, or a `word` with spaces, shows how to ask it. Returns kExitUsage.
int unknown_command(const std::string& word, const std::string& prompt = {});
/// `for a prompt in words: proxx ask 'PROMPT'`
std::string ask_in_words(const std::string& prompt);
/// unknown_command() if `word`, the first one after options, is a command's name or nearly one.
std::optional<int> command_after_options(const std::string& word);

// Exit codes that no Error has (proxx(1)).
inline constexpr int kExitUsage = 2;
inline constexpr int kExitLinesFailed = 11;
inline constexpr int kExitRefused = 12;
inline constexpr int kExitNotFinished = 13;

}  // namespace proxx::cli
