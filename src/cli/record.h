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
  /// Creates it if it is missing. Errors: `usage`.
  [[nodiscard]] static Result<RecordFolder> make(std::string path);

  /// A new folder in it with the next number; other processes may record into the same place.
  [[nodiscard]] Result<std::string> next();

 private:
  explicit RecordFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  int next_number_ = 1;  ///< all below are taken
};

/// --record of one exchange: stands between it and both its ends. Each call of the upstream's is
/// kept in a folder of its own, in the form that `proxx mock --replay` reads (mock/replay.h), and
/// with the last of them what the client got. Kept of a call are the request's body, and of the
/// answer its bytes with their timing and the headers that conversion looks at: no header of the
/// request, and a key that a peer sent back is masked. What cannot be written is told, and costs
/// the recording of that call, not its answer.
class Recording final : Upstream, Sink {
 public:
  /// No `folder`: nothing is recorded, and context() and sink() are those given. All must outlive
  /// the recording, and that the exchange. `frame` is the request's: a stream is kept as
  /// server-sent events whatever surrounds its chunks.
  Recording(const ExchangeContext& context, RecordFolder* folder, std::optional<AnswerForm> form,
            Sink& sink, answer::Frame frame = {});
  /// Keeps what there was of an answer that was cut off.
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
