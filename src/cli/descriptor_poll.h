#pragma once
#include <cstdint>

namespace proxx::cli {

/// A descriptor of its own (the caller's to close) that is readable whenever `descriptor` has one
/// of `events` (EPOLLIN, ...), has failed or lost its peer; -1 with errno EPERM for what never
/// makes anyone wait, such as regular files, with another if there is no room for one. asio is
/// given this one, because it makes what it waits for non-blocking, and stdin and stdout are shared
/// with other processes.
[[nodiscard]] int open_poll(int descriptor, uint32_t events);

}  // namespace proxx::cli
