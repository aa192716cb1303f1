#pragma once

namespace proxx::cli {

/// The whole program. Returns its exit code (proxx(1)); may end by a signal instead.
int run(int argc, char** argv);

}  // namespace proxx::cli
