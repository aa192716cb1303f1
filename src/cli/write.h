#pragma once
#include <sys/types.h>

#include <string_view>

#include "base/result.h"

// Where the program writes to a descriptor: the command line's one write loop. (serve's log never
// waits: server/log.h.)

namespace proxx::cli {

/// write(2), which may block; a signal that ends the program ends it there (signals.h), any other
/// is not heard of. -1 and errno as there.
ssize_t write_some(int descriptor, std::string_view bytes);

/// All of `bytes`; waits for a descriptor that does not block. Errors: write_error().
Status write_all(int descriptor, std::string_view bytes);

/// A write that failed, as an error (`output_failed`, "write error: No space left on device"), but
/// for EPIPE: nobody reads any more, and the program ends by SIGPIPE, silently.
[[nodiscard]] Error write_error(int error_number);

}  // namespace proxx::cli
