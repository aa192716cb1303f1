#pragma once
#include <string_view>

namespace proxx::server {

/// Sends `state` (`READY=1`, `STOPPING=1`) to the service manager, as sd_notify(3) does. A null or
/// empty path says that there is none; `@name` is an abstract socket. Failures are ignored: the
/// service manager has its own time limit.
void notify_systemd(std::string_view state, const char* socket_path);

/// Two descriptors a stream are needed: the soft limit, often 1024, becomes the hard one.
void raise_descriptor_limit();

}  // namespace proxx::server
