#pragma once
#include <functional>
#include <optional>

#include "cli/io/output.h"
#include "cli/io/reader_watch.h"
#include "exchange/sink.h"
#include "openai/converted_request.h"

namespace proxx::cli {

/// Writes the answer of one request to stdout or the file of -o, as json, sse or text (proxx(1)),
/// flushed as it comes.
class StdoutSink final : public Sink {
 public:
  /// Without a `form`: json, or sse if the answer streams. `output` must outlive the sink. `done`
  /// is called once, with null for a complete answer; an error may also be one of the output.
  StdoutSink(boost::asio::io_context& loop, Output& output, std::optional<AnswerForm> form,
             std::function<void(const Error*)> done);

  void begin(const AnswerHead& head) override;
  bool write(std::string_view bytes) override;
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;

  /// The output takes more again.
  void on_drain(std::function<void()> callback);

 private:
  void open();
  void end(std::optional<Error> error);
  void show_error(const AnswerHead& head, const Error& error);

  boost::asio::io_context& loop_;
  Output& output_;
  std::optional<AnswerForm> form_;
  std::function<void(const Error*)> done_;
  std::function<void()> drained_;
  std::optional<PipeWriter> writer_;
  std::optional<ReaderWatch>
      reader_;            ///< of a pipe that -o names; stdout's is watched from the start
  std::string document_;  ///< a json answer, written in one step
  bool streaming_ = false;
  bool begun_ = false;
  bool ended_ = false;
  std::optional<std::optional<Error>> ending_;  ///< waits for the output to take all
};

}  // namespace proxx::cli
