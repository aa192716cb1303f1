#pragma once

// The process itself: descriptors and signals as a pipeline expects them (contract.md section 3).

namespace proxx::cli {

/// First thing in main: descriptors 0 to 2 that are closed are opened on /dev/null, so that no
/// socket takes their place (faults.md S13); SIGPIPE is ignored, because libcurl and OpenSSL may
/// write to a dead peer; a file over `ulimit -f` is
/// a write error as any other; no core files, which would hold keys (S8); freed memory stays the
/// program's up to 8 MiB, for loops that need as much again in their next turn.
///
/// With this file in the program, a failed allocation ends it with a message and exit code 1,
/// asio's and libcurl's too: one thrown, or told to a caller deep in a library, could leave a
/// request that nobody answers (S5).
void prepare_process();
/// Whether the descriptor was open when the program began.
[[nodiscard]] bool was_open(int descriptor);

/// Ends the program when all it had to say is written and closed. A release leaves it to the system
/// to take back what libraries hold: OpenSSL alone needs a thirtieth of a short run to free it.
[[noreturn]] void end_process(int exit_code);

/// Ends the program by `signal`, really: default action restored, raised again.
[[noreturn]] void die_by(int signal);

}  // namespace proxx::cli
