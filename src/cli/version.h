#pragma once

namespace proxx::cli {

/// The version as `--version` tells it: 0.2.0 for a release, 0.2.0+g1234567 for a build of another
/// commit. Defined in a file that the build writes (cmake/Commit.cmake).
extern const char* const kVersion;

}  // namespace proxx::cli
