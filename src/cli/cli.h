#pragma once

namespace proxx::cli {

/// The whole program. Returns its exit code (contract.md section 3); may end by a signal instead.
int run(int argc, char** argv);

}  // namespace proxx::cli
