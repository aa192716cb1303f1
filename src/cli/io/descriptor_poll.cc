#include "cli/io/descriptor_poll.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

namespace proxx::cli {

int open_poll(int descriptor, uint32_t events) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{};
  wanted.events = events;
  if (poll == -1 || epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &wanted) == 0) return poll;
  const int error = errno;
  ::close(poll);
  errno = error;
  return -1;
}

}  // namespace proxx::cli
