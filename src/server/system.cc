#include "server/system.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace proxx::server {

void notify_systemd(std::string_view state, const char* socket_path) {
  if (socket_path == nullptr || *socket_path == '\0') return;
  sockaddr_un address{};
  const size_t length = std::strlen(socket_path);
  if (length >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  close(fd);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kKeptFreeBytes = 8 << 20;
  // Setting M_TRIM_THRESHOLD disables glibc's dynamic M_MMAP_THRESHOLD, so set that too: bodies of
  // a few MiB should come from the heap.
  constexpr int kMappedBytes = 4 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptFreeBytes);
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
#endif
}

}  // namespace proxx::server
