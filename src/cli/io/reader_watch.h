#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>

namespace proxx::cli {

/// Ends the program as soon as nobody reads the descriptor any more, so that nobody pays for an
/// answer that no one reads: by SIGPIPE for a pipe or a socket, by SIGHUP for a terminal that hangs
/// up. Does nothing for other files, which have no reader to lose.
class ReaderWatch {
 public:
  /// `loop` must outlive the watch; the descriptor stays open.
  ReaderWatch(boost::asio::io_context& loop, int descriptor);

 private:
  boost::asio::posix::stream_descriptor lost_;
};

}  // namespace proxx::cli
