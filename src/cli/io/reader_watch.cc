#include "cli/io/reader_watch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>

#include "cli/io/descriptor_poll.h"
#include "cli/io/process.h"

namespace proxx::cli {

ReaderWatch::ReaderWatch(boost::asio::io_context& loop, int descriptor) : lost_(loop) {
  struct stat info {};
  if (fstat(descriptor, &info) != 0) return;
  const bool terminal = isatty(descriptor) == 1;
  if (!terminal && !S_ISFIFO(info.st_mode) && !S_ISSOCK(info.st_mode)) return;
  const int poll = open_poll(descriptor, 0);
  if (poll == -1) return;
  lost_.assign(poll);
  lost_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [terminal](const boost::system::error_code& error) {
                     if (!error) die_by(terminal ? SIGHUP : SIGPIPE);
                   });
}

}  // namespace proxx::cli
