#pragma once
#include <string_view>

namespace proxx::cli {

// The first lines of each command's --help, for those that also show them when they get nothing to
// work on.
inline constexpr std::string_view kSendUsage =
    "Usage: proxx [OPTIONS] [FILE|-]\n"
    "       proxx COMMAND [OPTIONS] ...\n"
    "Commands: ask batch bridge convert serve mock models config";
inline constexpr std::string_view kBatchUsage = "Usage: proxx batch [OPTIONS] [FILE|-]";
inline constexpr std::string_view kBridgeUsage = "Usage: proxx bridge [OPTIONS]";
inline constexpr std::string_view kConvertUsage =
    "Usage: proxx convert request|response|stream [OPTIONS] [FILE|-]";

/// Says on stderr what is missing, the usage, a command line that works, and which one gives the
/// `help`. Returns kExitUsage.
int say_usage(std::string_view missing, std::string_view usage, std::string_view example,
              std::string_view help);

}  // namespace proxx::cli
