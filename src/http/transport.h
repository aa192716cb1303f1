#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace proxx::http {

/// A client's socket on its loop: an output buffer that is given to the kernel once per turn of the
/// loop, an input that can be paused, and one deadline. No buffer is held while nothing happens.
class Transport {
 public:
  using Clock = std::chrono::steady_clock;

  /// What the owner hears, always from the loop and never from within a call to the transport.
  /// The transport may be closed from within each.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void on_bytes(std::string_view bytes) = 0;
    virtual void on_eof() = 0;
    /// Reset, or a failed write.
    virtual void on_broken() = 0;
    /// The kernel was offered the output and took `bytes` of it, maybe 0; see unsent().
    virtual void on_written(size_t bytes) = 0;
    virtual void on_deadline() = 0;
  };

  /// Takes over `fd`, a connected non-blocking socket. `loop` must outlive the open transport.
  /// Closed from the start if the loop has no room for one more.
  Transport(boost::asio::io_context& loop, int fd);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// `events` owns this transport; weak, so that pending operations keep neither alive.
  void start(std::weak_ptr<Events> events);

  void read(bool wanted);
  [[nodiscard]] bool reading() const;
  /// The client closed its side or the connection, behind input that is not being read.
  [[nodiscard]] bool hung_up() const;

  /// Append here, then flush().
  [[nodiscard]] std::string& out();
  /// What is in out() leaves at the end of this turn.
  void flush();
  [[nodiscard]] size_t unsent() const;

  /// Replaces the deadline before; Clock::time_point::max() is none.
  void set_deadline(Clock::time_point deadline);

  /// Tells the client that nothing more will come; input goes on.
  void shut_down_output();
  /// No event comes any more. `reset`: the client sees an error rather than an end.
  void close(bool reset);
  [[nodiscard]] bool is_open() const { return impl_ != nullptr; }

 private:
  struct Impl;
  void wait_readable();
  void on_readable(Events& events);
  void write_now(Events& events);
  void wait_writable();
  void arm_timer();
  void on_timer(Events& events);

  std::unique_ptr<Impl> impl_;  ///< null once closed
};

}  // namespace proxx::http
