#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/options.h"

// What the declarations of the commands' options share. For this folder only.

namespace proxx::cli {

/// A flag that sets the key `key` of the configuration.
void add_setting(CLI::App& app, CommonOptions& options, const std::string& names,
                 const std::string& key, const std::string& value_name, const std::string& help);

/// -c, -v, -q, --color, --help, and what says where requests go: --upstream-url, --key-file, -H,
/// -x,
/// --cacert, -m, --strict, --mock.
void add_common(CLI::App& app, CommonOptions& options,
                const std::string& model_help = "Model or alias; overrides the request's");
/// Options of all request commands: --record, --retry, --max-time, --connect-timeout,
/// --idle-timeout.
void add_limits(CLI::App& app, CommonOptions& options);
/// -o, -F, --stream, -n, -u, and the limits.
void add_request_command(CLI::App& app, RequestCommandOptions& options);
void add_color(CLI::App& app);
void add_config(CLI::App& app, std::optional<std::string>& config);

/// The help's first lines: `Usage: ...`.
void set_usage(CLI::App& app, std::string text);

/// Takes the arguments that are no options, unchanged: CLI11's own lists take `[a,b]` apart.
/// Reports wrong ones and returns the exit code.
using TakeWords = std::function<std::optional<int>(std::vector<std::string>)>;

/// Parses. Prints the help, or the error with the nearest option that exists. A command that comes
/// after options is reported as such, not as an unknown option of its neighbour.
[[nodiscard]] std::optional<int> parse(CLI::App& app, int argc, char** argv,
                                       const TakeWords& take_words = nullptr);

}  // namespace proxx::cli
