#include "cli/io/stdout_sink.h"

#include "exchange/protocols.h"
#include "openai/error.h"

namespace proxx::cli {

StdoutSink::StdoutSink(boost::asio::io_context& loop, Output& output,
                       std::optional<AnswerForm> form, std::function<void(const Error*)> done)
    : loop_(loop), output_(output), form_(form), done_(std::move(done)) {}

void StdoutSink::on_drain(std::function<void()> callback) {
  drained_ = std::move(callback);
}

void StdoutSink::open() {
  const auto descriptor = output_.descriptor();
  if (!descriptor) return end(descriptor.error());
  writer_.emplace(loop_, *descriptor, form_ == AnswerForm::text ? Content::text : Content::json);
  if (!output_.is_stdout()) reader_.emplace(loop_, *descriptor);
  writer_->on_error([this](const Error& error) { end(error); });
  writer_->on_drain([this] {
    if (ending_) return end(std::move(*ending_));
    if (drained_) drained_();
  });
}

void StdoutSink::begin(const AnswerHead& head) {
  begun_ = true;
  streaming_ = head.event_stream || form_ == AnswerForm::text;
  if (streaming_) open();
}

bool StdoutSink::write(std::string_view bytes) {
  if (ended_) return true;
  if (!streaming_) {
    document_.append(bytes);
    return true;
  }
  return writer_->write(bytes);
}

void StdoutSink::finish() {
  if (ended_) return;
  if (streaming_) {
    if (writer_->idle()) return end(std::nullopt);
    ending_.emplace(std::nullopt);
    return;
  }
  const Status status = output_.write_whole(document_);
  end(status ? std::nullopt : std::optional<Error>(status.error()));
}

void StdoutSink::fail(const AnswerHead& head, const Error& error) {
  if (ended_) return;
  show_error(head, error);
  if (ended_) return;
  if (writer_ && !writer_->idle()) {
    ending_.emplace(error);
    return;
  }
  end(error);
}

void StdoutSink::show_error(const AnswerHead& head, const Error& error) {
  if (form_ == AnswerForm::text) return;
  if (!head.event_stream) {
    const Status status = output_.write_whole(error_body(error) + '\n');
    if (!status) end(status.error());
    return;
  }
  if (begun_) return;  // the answer has its error event
  if (!writer_) open();
  if (writer_ && !ended_) writer_->write(error_event(head.protocol, error));
}

void StdoutSink::end(std::optional<Error> error) {
  if (ended_) return;
  ended_ = true;
  const Status closed = error ? Status{} : output_.close();
  if (!closed) error = closed.error();
  done_(error ? &*error : nullptr);
}

}  // namespace proxx::cli
