#pragma once
#include "base/result.h"

namespace proxx {

/// Initialises libcurl, once per process; later calls return the first result. An allocation that
/// fails inside libcurl calls the new_handler, as one of operator new does. Errors: `internal` if
/// the library at run time is too old or cannot be initialised.
[[nodiscard]] Status start_libcurl();

}  // namespace proxx
