#pragma once
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

// Exit codes that no Error has (contract.md section 3).
inline constexpr int kExitUsage = 2;
inline constexpr int kExitLinesFailed = 11;
inline constexpr int kExitRefused = 12;

}  // namespace proxx::cli
