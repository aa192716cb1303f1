#pragma once

// Descriptors, signals and limits of the process, as a pipeline expects them (proxx(1)).

namespace proxx::cli {

/// Call first in main. Opens closed descriptors 0 to 2 on /dev/null, so that no socket takes their
/// place (docs/faults.md S13). Ignores SIGPIPE, because libcurl and OpenSSL may write to a dead
/// peer. Makes `ulimit -f` an ordinary write error. Disables core files, which would hold keys
/// (S8).
///
/// With this file in the program, a failed allocation, also asio's or libcurl's, ends it with a
/// message and exit code 1: an exception or error deep in a library could leave a request that
/// nobody answers (S5).
void prepare_process();
/// Whether the descriptor was open when the program began.
[[nodiscard]] bool was_open(int descriptor);

/// Ends the program after all output is written and closed. A release does not run destructors:
/// OpenSSL's cleanup alone is a thirtieth of a short run.
[[noreturn]] void end_process(int exit_code);

/// Restores the signal's default action and raises it, so the parent sees death by `signal`.
[[noreturn]] void die_by(int signal);

}  // namespace proxx::cli
