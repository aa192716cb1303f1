#pragma once
#include <sys/types.h>

#include <string_view>

#include "base/result.h"

// The only loop of the command line that writes to a descriptor. (serve's log never waits:
// server/log.h.)

namespace proxx::cli {

/// write(2), which may block. A signal that ends the program does so during the write (signals.h);
/// after any other the write is repeated. Returns -1 and sets errno as write(2) does.
ssize_t write_some(int descriptor, std::string_view bytes);

/// Writes all of `bytes`; waits if a non-blocking descriptor is full. Errors: write_error_or_die().
Status write_all(int descriptor, std::string_view bytes);

/// The error for a failed write: `output_failed`, "write error: No space left on device". For EPIPE
/// it does not return: nobody reads, so the program ends by SIGPIPE without a message.
[[nodiscard]] Error write_error_or_die(int error_number);

}  // namespace proxx::cli
