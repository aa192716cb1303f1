#pragma once
#include <cstdint>

namespace proxx::cli {

/// Returns a new descriptor, which the caller closes. It is readable whenever `descriptor` has one
/// of `events` (EPOLLIN, ...), has failed or has lost its peer. Returns -1 with errno EPERM for
/// files that never block, such as regular ones, and with another errno if no descriptor is left.
/// asio waits for this one, because it makes whatever it waits for non-blocking, and stdin and
/// stdout are shared with other processes.
[[nodiscard]] int open_poll(int descriptor, uint32_t events);

}  // namespace proxx::cli
