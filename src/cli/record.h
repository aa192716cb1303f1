#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "exchange/exchange.h"
#include "exchange/sink.h"
#include "upstream/headers.h"
#include "upstream/upstream.h"

namespace proxx::cli {

/// The folder of --record, for all exchanges of a run.
class RecordFolder {
 public:
  /// Creates the folder if it is missing. Errors: `usage`.
  [[nodiscard]] static Result<RecordFolder> make(std::string path);

  /// Creates a folder in it with the next number. Other processes may record into the same place.
  [[nodiscard]] Result<std::string> next();

 private:
  explicit RecordFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int next_number_ = 1;  ///< all below are taken
};

/// --record of one exchange, between the exchange and both of its ends. Keeps each upstream call in
/// a folder of its own, in the form that `proxx mock --replay` reads (mock/replay.h), and with the
/// last call the answer that the client got. Of a call it keeps the body of the request, and the
/// answer's bytes with their timing and with the headers that conversion looks at. It keeps no
/// header of the request, and masks keys that a peer sent back. If a recording cannot be written,
/// it says so and drops that recording; the answer is not affected.
class Recording final : Upstream, Sink {
 public:
  /// Without a `folder` nothing is recorded, and context() and sink() are those given. The
  /// arguments must outlive the recording, and the recording the exchange. `frame` is the
  /// request's; a stream is kept as server-sent events whatever its frame.
  Recording(const ExchangeContext& context, RecordFolder* folder, std::optional<AnswerForm> form,
            Sink& sink, answer::Frame frame = {});
  /// Keeps what came of an answer that was cut off.
  ~Recording() override;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  // What the exchange is made with.
  [[nodiscard]] const ExchangeContext& context() const { return own_ ? *own_ : context_; }
  [[nodiscard]] Sink& sink() { return own_ ? *this : sink_; }

 private:
  class Call;

  std::unique_ptr<UpstreamCall> start(UpstreamRequest request, UpstreamHandler& handler) override;
  void begin(const AnswerHead& head) override;
  bool write(std::string_view bytes) override;
  void keep_alive() override { sink_.keep_alive(); }
  void finish() override;
  void fail(const AnswerHead& head, const Error& error) override;
  void save_output();
  [[nodiscard]] std::string masked(std::string text) const;

  const ExchangeContext& context_;
  RecordFolder* const folder_;
  const std::optional<AnswerForm> form_;
  Sink& sink_;
  const answer::Frame frame_;
  std::optional<ExchangeContext> own_;
  Secrets secrets_;
  std::string last_folder_;  ///< of the last call; "" if none was answered
  std::string output_;
  bool begun_ = false;
  bool streams_ = false;
  bool saved_ = false;
};

}  // namespace proxx::cli
