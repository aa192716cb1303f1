#include "http/transport.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/release.h"
#include "http/pending_writes.h"

namespace proxx::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;

constexpr size_t kReadBytes = size_t{64} << 10;  // on the stack, per read

asio::generic::stream_protocol protocol_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return {address.ss_family, 0};
}

}  // namespace

struct Transport::Impl {
  explicit Impl(asio::io_context& loop)
      : socket(loop), timer(loop), pending_writes(PendingWrites::of(loop)) {}

  Socket socket;
  asio::steady_timer timer;
  PendingWrites& pending_writes;
  std::weak_ptr<Events> events;
  std::string out;
  size_t sent = 0;  // of out
  bool reading = false;
  bool read_waiting = false;
  bool write_waiting = false;  // for its turn, or for room in the kernel
  Clock::time_point deadline = Clock::time_point::max();
  Clock::time_point armed = Clock::time_point::max();
};

Transport::Transport(asio::io_context& loop, int fd) : impl_(std::make_unique<Impl>(loop)) {
  error_code error;
  impl_->socket.assign(protocol_of(fd), fd, error);
  if (error) {
    ::close(fd);
    impl_.reset();
    return;
  }
  error_code ignored;
  impl_->socket.non_blocking(true, ignored);
  impl_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);  // fails on Unix sockets
}

Transport::~Transport() = default;

void Transport::start(std::weak_ptr<Events> events) {
  impl_->events = std::move(events);
}

bool Transport::reading() const {
  return impl_ && impl_->reading;
}

void Transport::read(bool wanted) {
  if (!impl_) return;
  impl_->reading = wanted;
  if (wanted) wait_readable();
}

void Transport::wait_readable() {
  if (impl_->read_waiting) return;
  impl_->read_waiting = true;
  impl_->socket.async_wait(Socket::wait_read, [this, weak = impl_->events](error_code) {
    const auto events = weak.lock();
    if (events && impl_) on_readable(*events);
  });
}

void Transport::on_readable(Events& events) {
  impl_->read_waiting = false;
  if (!impl_->reading) return;
  std::array<char, kReadBytes> bytes;
  error_code error;
  const size_t count = impl_->socket.read_some(asio::buffer(bytes), error);
  if (error == asio::error::eof) {
    impl_->reading = false;
    return events.on_eof();
  }
  if (error && error != asio::error::would_block && error != asio::error::interrupted)
    return events.on_broken();
  if (count > 0) events.on_bytes({bytes.data(), count});
  if (impl_ && impl_->reading) wait_readable();
}

bool Transport::hung_up() const {
  if (!impl_) return true;
  pollfd state{impl_->socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0;
}

std::string& Transport::out() {
  return impl_->out;
}

size_t Transport::unsent() const {
  return impl_ ? impl_->out.size() - impl_->sent : 0;
}

void Transport::flush() {
  if (!impl_ || impl_->write_waiting) return;
  impl_->write_waiting = true;
  impl_->pending_writes.add(impl_->events, this, [](void* transport) {
    auto& self = *static_cast<Transport*>(transport);
    const auto events = self.impl_ ? self.impl_->events.lock() : nullptr;
    if (events) self.write_now(*events);
  });
}

void Transport::write_now(Events& events) {
  impl_->write_waiting = false;
  std::string& out = impl_->out;
  error_code error;
  const size_t count =
      impl_->socket.write_some(asio::buffer(out.data() + impl_->sent, unsent()), error);
  if (error && error != asio::error::would_block && error != asio::error::interrupted)
    return events.on_broken();
  impl_->sent += count;
  if (unsent() == 0) {
    release(out);
    impl_->sent = 0;
  } else {
    if (impl_->sent >= out.size() / 2) {
      out.erase(0, impl_->sent);
      impl_->sent = 0;
    }
    wait_writable();
  }
  events.on_written(count);
}

void Transport::wait_writable() {
  impl_->write_waiting = true;
  impl_->socket.async_wait(Socket::wait_write, [this, weak = impl_->events](error_code) {
    const auto events = weak.lock();
    if (events && impl_) write_now(*events);
  });
}

void Transport::set_deadline(Clock::time_point deadline) {
  if (!impl_) return;
  impl_->deadline = deadline;
  arm_timer();
}

// Deadlines mostly move away from now: a timer that is early enough is left alone, and looks again
// when it fires.
void Transport::arm_timer() {
  if (impl_->armed <= impl_->deadline) return;
  impl_->armed = impl_->deadline;
  impl_->timer.expires_at(impl_->deadline);
  impl_->timer.async_wait([this, weak = impl_->events](error_code error) {
    const auto events = weak.lock();
    if (!error && events && impl_) on_timer(*events);
  });
}

void Transport::on_timer(Events& events) {
  impl_->armed = Clock::time_point::max();
  if (Clock::now() < impl_->deadline) return arm_timer();
  impl_->deadline = Clock::time_point::max();
  events.on_deadline();
}

void Transport::shut_down_output() {
  if (!impl_) return;
  error_code ignored;
  impl_->socket.shutdown(Socket::shutdown_send, ignored);
}

void Transport::close(bool reset) {
  if (!impl_) return;
  error_code ignored;
  if (reset) impl_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  impl_->socket.close(ignored);
  impl_.reset();
}

}  // namespace proxx::http
