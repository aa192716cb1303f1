#include "cli/descriptor_poll.h"

#include <sys/epoll.h>
#include <unistd.h>

namespace proxx::cli {

int open_poll(int descriptor, uint32_t events) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{};
  wanted.events = events;
  if (poll == -1 || epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &wanted) == 0) return poll;
  ::close(poll);
  return -1;
}

}  // namespace proxx::cli
