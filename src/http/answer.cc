#include "http/answer.h"

#include <ctime>
#include <utility>

#include "http/head_writer.h"

namespace proxx::http {
namespace {

std::string_view connection_word(bool last, bool http10) {
  if (last) return "close";
  return http10 ? "keep-alive" : "";
}

}  // namespace

std::shared_ptr<AnswerPort> Answer::port() const {
  auto port = port_.lock();
  return port && port->transport().is_open() ? port : nullptr;
}

void Answer::send(Response response) {
  const auto connection = port();
  if (std::exchange(state_, State::done) != State::fresh || !connection) return;
  const bool last = response.close || !connection->keeps_alive();
  Framing framing;
  if (has_body(response.status)) framing.content_length = response.body.size();
  framing.connection = connection_word(last, shape_.http10);
  std::string& out = connection->transport().out();
  write_head(response.status, response.headers, framing, std::time(nullptr), out);
  if (has_body(response.status) && !shape_.head_only) out.append(response.body);
  connection->answer_ended(shared_from_this(), last);
}

void Answer::start(int status, HeaderList headers) {
  const auto connection = port();
  if (state_ != State::fresh || !connection) return;
  state_ = State::started;
  bodiless_ = shape_.head_only || !has_body(status);
  until_close_ = shape_.http10 && !bodiless_;
  last_ = until_close_ || !connection->keeps_alive();
  Framing framing;
  framing.chunked = !shape_.http10 && has_body(status);
  framing.connection = connection_word(last_, shape_.http10);
  write_head(status, headers, framing, std::time(nullptr), connection->transport().out());
  connection->transport().flush();
}

bool Answer::write(std::string_view bytes) {
  const auto connection = port();
  if (state_ != State::started || bodiless_ || !connection) return true;
  Transport& transport = connection->transport();
  if (until_close_) {
    transport.out().append(bytes);
  } else {
    write_chunk(bytes, transport.out());
  }
  transport.flush();
  overfull_ = overfull_ || transport.unsent() > max_buffered_bytes_;
  return !overfull_;
}

void Answer::end() {
  const auto connection = port();
  if (state_ != State::started || !connection) return;
  state_ = State::done;
  if (!bodiless_ && !until_close_) write_last_chunk(connection->transport().out());
  connection->answer_ended(shared_from_this(), last_);
}

void Answer::abort() {
  const auto connection = port();
  if (std::exchange(state_, State::done) == State::done) return;
  on_drain_ = on_gone_ = on_sent_ = nullptr;
  if (connection) connection->answer_aborted(until_close_);
}

void Answer::fail(Response response) {
  if (state_ == State::fresh) return send(std::move(response));
  abort();
}

size_t Answer::buffered_bytes() const {
  const auto connection = port();
  return connection ? connection->transport().unsent() : 0;
}

// Callbacks are moved to the stack before they run: they may replace themselves, or hold the last
// reference to this answer.

void Answer::tell_written() {
  if (!overfull_ || buffered_bytes() > max_buffered_bytes_ / 2) return;
  overfull_ = false;
  const auto callback = on_drain_;
  if (callback) callback();
}

void Answer::tell_gone() {
  state_ = State::done;
  on_drain_ = on_sent_ = nullptr;
  if (const auto callback = std::exchange(on_gone_, nullptr)) callback();
}

void Answer::tell_sent() {
  on_drain_ = on_gone_ = nullptr;
  if (const auto callback = std::exchange(on_sent_, nullptr)) callback();
}

}  // namespace proxx::http
