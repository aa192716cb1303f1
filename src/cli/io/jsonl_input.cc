#include "cli/io/jsonl_input.h"

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "cli/io/descriptor_poll.h"
#include "cli/io/input.h"

namespace proxx::cli {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

}  // namespace

struct LineSource::Impl : std::enable_shared_from_this<LineSource::Impl> {
  Impl(boost::asio::io_context& io, int from, size_t max_line_bytes)
      : loop(io), descriptor(from), ready(io), cutter(max_line_bytes), piece(kPieceBytes) {
    if (const int poll = open_poll(descriptor, EPOLLIN); poll != -1) ready.assign(poll);
  }

  void post_step() {
    boost::asio::post(loop, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->step();
    });
  }

  void step() {
    if (const auto line = cutter.next()) return answer(line);
    if (ended) return answer(cutter.rest());
    if (!ready.is_open()) return read();
    ready.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](const boost::system::error_code& error) {
                       const auto self = weak.lock();
                       if (self && !error) self->read();
                     });
  }

  void read() {
    const auto got = read_some(descriptor, piece.data(), piece.size());
    if (!got) return answer(err(got.error()));
    ended = *got == 0;
    cutter.feed({piece.data(), *got});
    post_step();
  }

  void answer(Next next) { std::exchange(callback, nullptr)(std::move(next)); }

  boost::asio::io_context& loop;
  int descriptor;
  boost::asio::posix::stream_descriptor ready;
  LineCutter cutter;
  std::vector<char> piece;
  bool ended = false;
  std::function<void(Next)> callback;
};

LineSource::LineSource(boost::asio::io_context& loop, int descriptor, size_t max_line_bytes)
    : impl_(std::make_shared<Impl>(loop, descriptor, max_line_bytes)) {}

LineSource::~LineSource() {
  boost::system::error_code ignored;
  impl_->ready.close(ignored);
}

void LineSource::next(std::function<void(Next)> callback) {
  impl_->callback = std::move(callback);
  impl_->post_step();
}

}  // namespace proxx::cli
