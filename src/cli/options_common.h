#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"

// How the commands' options are declared: what they share, once. For options*.cc only.

namespace proxx::cli {

/// A flag that stands for the key `key` of the configuration.
void add_setting(CLI::App& app, CommonOptions& options, const std::string& names,
                 const std::string& key, const std::string& value_name, const std::string& help);

/// -c, -v, -q, --color, --help, and what says where requests go: --upstream-url, --key-file, -H,
/// -x,
/// --cacert, -m, --strict, --mock.
void add_common(CLI::App& app, CommonOptions& options,
                const std::string& model_help = "Model or alias; overrides the request's");
/// What all request commands have: --record, --retry, --max-time, --connect-timeout,
/// --idle-timeout.
void add_limits(CLI::App& app, CommonOptions& options);
/// -o, -F, --stream, -n, -u, and the limits.
void add_request_command(CLI::App& app, RequestCommandOptions& options);
void add_color(CLI::App& app);
void add_config(CLI::App& app, std::optional<std::string>& config);

/// The help's first lines: `Usage: ...`.
void set_usage(CLI::App& app, std::string text);

/// Takes the arguments that are no options, as they are: CLI11's own lists take `[a,b]` apart.
/// Returns the exit code if they are wrong, having said so.
using TakeWords = std::function<std::optional<int>(std::vector<std::string>)>;

/// Parses; prints help, or what is wrong with the nearest option that exists. Words come first: who
/// put the command behind its options is to hear that, and not that an option is unknown.
[[nodiscard]] std::optional<int> parse(CLI::App& app, int argc, char** argv,
                                       const TakeWords& take_words = nullptr);

}  // namespace proxx::cli
