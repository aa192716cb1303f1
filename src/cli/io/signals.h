#pragma once
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace boost::asio {
class io_context;
}

// SIGINT, SIGTERM and SIGHUP (proxx(1)). Without this file's help they end the program
// by default, as do those that reach a command before its loop runs. A SIGHUP that was ignored when
// the program began stays ignored: that is nohup.

namespace proxx::cli {

/// From now on these signals end the program, by that signal, wherever it is: a blocked write, open
/// or read too. `newline` ends the line that a terminal shows (an answer, a progress line).
void end_on_signals(bool newline);

/// Passes the first of these signals to the loop, which may take its time to end. The second one
/// ends the program at once, and so does the first while a BlockingCall is stuck.
class FirstSignal {
 public:
  /// `loop` must outlive the watch. `came` gets the signal, from the loop. `newline` as above.
  FirstSignal(boost::asio::io_context& loop, bool newline, std::function<void(int signal)> came);
  /// From then on each of them ends the program at once.
  ~FirstSignal();
  FirstSignal(const FirstSignal&) = delete;
  FirstSignal& operator=(const FirstSignal&) = delete;

 private:
  boost::asio::posix::stream_descriptor wake_;
  std::function<void(int)> came_;
};

/// Around a system call that may block until `descriptor` has one of `events` (POLLIN, POLLOUT).
/// One at a time in the program; FirstSignal's loop does not turn meanwhile.
class BlockingCall {
 public:
  BlockingCall(int descriptor, short events);
  ~BlockingCall();
  BlockingCall(const BlockingCall&) = delete;
  BlockingCall& operator=(const BlockingCall&) = delete;

  /// A signal has come that FirstSignal's loop does not know of yet.
  [[nodiscard]] static bool signal_waits();
};

}  // namespace proxx::cli
