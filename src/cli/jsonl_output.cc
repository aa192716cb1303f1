#include "cli/jsonl_output.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>

#include "cli/process.h"

namespace proxx::cli {

ReaderWatch::ReaderWatch(boost::asio::io_context& loop, int descriptor) : watched_(loop) {
  struct stat info {};
  if (fstat(descriptor, &info) != 0 || !(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode))) return;
  boost::system::error_code error;
  const int own = dup(descriptor);
  watched_.assign(own, error);
  if (!error) {
    wait();
  } else if (own != -1) {
    ::close(own);
  }
}

void ReaderWatch::wait() {
  pollfd state{watched_.native_handle(), 0, 0};
  if (poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) die_by(SIGPIPE);
  watched_.async_wait(boost::asio::posix::stream_descriptor::wait_error,
                      [this](const boost::system::error_code& error) {
                        if (!error) wait();
                      });
}

}  // namespace proxx::cli
