#pragma once
#include <optional>
#include <string>

namespace proxx::cli {

// One function a command, each in a file of its own; argv[0] is the command's name. They return the
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
/// Says that there is no such command, with the nearest there is; returns kExitUsage.
int unknown_command(const std::string& word);
/// For the first word behind options: if it is a command's name, says that the command comes first,
/// with the line as it should be; if it nearly is one, says which. Returns kExitUsage then.
std::optional<int> command_behind_options(const std::string& word, int argc, char** argv);

// Exit codes that no Error has (contract.md section 3).
inline constexpr int kExitUsage = 2;
inline constexpr int kExitLinesFailed = 11;
inline constexpr int kExitRefused = 12;
inline constexpr int kExitNotFinished = 13;

}  // namespace proxx::cli
