#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>

namespace proxx::cli {

/// Ends the program as soon as nobody reads the descriptor any more, without waiting for a write to
/// find out: an answer that is long in coming is not paid for. A pipe or a socket ends it by
/// SIGPIPE, a terminal that hangs up by SIGHUP. What has no reader to lose, such as a file, is left
/// alone.
class ReaderWatch {
 public:
  /// `loop` must outlive the watch; the descriptor stays open.
  ReaderWatch(boost::asio::io_context& loop, int descriptor);

 private:
  boost::asio::posix::stream_descriptor lost_;
};

}  // namespace proxx::cli
