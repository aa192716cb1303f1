#pragma once
#include <string_view>

namespace proxx::cli {

// The first lines of each command's --help; some commands also print them when they have nothing to
// work on.
inline constexpr std::string_view kSendUsage =
    "Usage: proxx [OPTIONS] [FILE|-]\n"
    "       proxx COMMAND [OPTIONS] ...\n"
    "Commands: ask send batch bridge convert serve mock models config help";
inline constexpr std::string_view kSendHelpUsage = "Usage: proxx [send] [OPTIONS] [FILE|-]";
inline constexpr std::string_view kBatchUsage = "Usage: proxx batch [OPTIONS] [FILE|-]";
inline constexpr std::string_view kBridgeUsage = "Usage: proxx bridge [OPTIONS]";
inline constexpr std::string_view kConvertUsage =
    "Usage: proxx convert request|response|stream [OPTIONS] [FILE|-]";

/// Of `proxx --help`: what there is, on one screen. tests/docs.sh holds it to the commands.
inline constexpr std::string_view kOverview =
    "proxx lets shells and programs written for OpenAI's API use Claude.\n"
    "Usage: proxx COMMAND [OPTIONS] ...\n"
    "       proxx [OPTIONS] [FILE|-]    as proxx send\n"
    "Commands:\n"
    "  ask      Ask in words, get text; a pipe comes before the words\n"
    "  send     Send one request in OpenAI's JSON, print the answer in OpenAI's\n"
    "  batch    Run many requests, one a line; resume after a crash; --half-price by night\n"
    "  serve    Be a local server for programs that speak OpenAI's API\n"
    "  bridge   The same for one parent process, over its pipes\n"
    "  convert  Translate offline: requests to Anthropic's form, answers to OpenAI's\n"
    "  mock     Be a stand-in for Anthropic's API: no key, no network, no cost\n"
    "  models   List the names that -m takes, with sizes and prices\n"
    "  config   Show the settings in effect and where each comes from\n"
    "  help     Show this, or the options of a COMMAND\n"
    "Most commands take -m MODEL, -n to show what would be sent, -u for tokens and cost,\n"
    "  -v for headers, --mock to ask the stand-in without a key; proxx -V tells versions\n"
    "A key: export ANTHROPIC_API_KEY=..., or --key-file FILE. More: man proxx\n"
    "Examples:\n"
    "  proxx ask --mock 'Why is the sky blue?'\n"
    "  git diff | proxx ask -m opus what could break here\n"
    "  echo '{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}' | proxx --mock\n";

/// Writes to stderr what is missing, the usage, a command line that works, and the command line
/// that prints the `help`. Returns kExitUsage.
int say_usage(std::string_view missing, std::string_view usage, std::string_view example,
              std::string_view help);

}  // namespace proxx::cli
