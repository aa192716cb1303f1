#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "answer/facts.h"
#include "answer/frame.h"
#include "base/notices.h"
#include "exchange/sink.h"
#include "openai/past_responses.h"
#include "openai/protocol.h"
#include "upstream/provider.h"
#include "upstream/upstream.h"

namespace boost::asio {
class io_context;
}

namespace proxx {

class JobThread;

/// What became of a renewal: nothing, if there is no other credential. Errors: it could not be read
/// (`upstream_credentials`).
using OnRenewal = std::function<void(Result<std::optional<Credential>> renewed)>;
/// Finds another credential for one that the upstream refuses, and calls back on the loop, in
/// another turn.
using RenewCredential = std::function<void(const Credential& refused, OnRenewal on_renewal)>;

/// A credential that ends sooner is renewed before it is used.
inline constexpr int64_t kRenewAheadSeconds = 300;
/// Whether it is renewed before it is sent: it ends soon, or was refused.
[[nodiscard]] bool is_due(const Credential& credential, int64_t now_unix_s);
/// Whether it is not sent where no other can be had: it has ended, or was refused.
[[nodiscard]] bool is_over(const Credential& credential, int64_t now_unix_s);

/// What all exchanges of a loop share. Referenced things must outlive every exchange.
struct ExchangeContext {
  boost::asio::io_context* loop = nullptr;
  Upstream* upstream = nullptr;
  const Provider* provider = nullptr;
  std::shared_ptr<const void> keeps = {};  ///< what jobs hold for the provider's sake; may be null
  RequestOptions conversion;
  UpstreamTimeouts timeouts;
  int max_retries = 0;
  /// The upstream outlives the exchanges: a stream that is whole is finished at once, and its call
  /// closes behind it. Else the end waits for the close, for a second at most.
  bool closes_behind = false;
  /// For a process whose requests all have its own credential; empty: see ExchangeRequest.
  RenewCredential renew = {};
  /// Where long inputs are converted, so that the loop's other streams go on; null: on the loop.
  JobThread* jobs = nullptr;
};

/// What one exchange brings.
struct ExchangeRequest {
  std::string body;                    ///< the client's OpenAI JSON
  const Protocol* protocol = nullptr;  ///< of the body; null: the body tells
  /// Only counts the tokens of the request. The answer is the Responses API's
  /// `{"object":"response.input_tokens","input_tokens":N}`, never a stream.
  bool counts_tokens = false;
  Credential credential;
  RequestHeaders headers;                    ///< the client's anthropic-version and -beta
  std::shared_ptr<const ModelTable> models;  ///< kept while it is used; null: the context's
  std::optional<AnswerForm> form;            ///< nothing: as the request's `stream` asks
  std::shared_ptr<PastResponses> past = {};  ///< of the client; null: nothing is kept
  answer::Frame frame = {};                  ///< around each chunk of an answer that streams
  /// Asked once, when the credential is refused before the answer has begun; the request goes out
  /// again with what it gives. Empty: the context's.
  RenewCredential renew = {};
};

/// Times of one exchange for logs, server-timing and --usage.
struct ExchangeTimes {
  std::chrono::microseconds convert{};     ///< own work on the request
  std::chrono::microseconds first_byte{};  ///< start to the head of the answer that counts
  std::chrono::microseconds total{};
};

/// One request from client bytes to sink, over an Upstream: convert, call (with retries while
/// nothing was written), convert the answer as it comes, continue paused turns, end. Loop thread
/// only. Destroying it silences the sink and cancels the upstream call.
class Exchange {
 public:
  /// `context` and `sink` must outlive the exchange.
  Exchange(const ExchangeContext& context, Sink& sink);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Called once with the notices of conversion, before anything is sent upstream.
  void on_notices(std::function<void(const Notices&)> callback);
  /// Called with the request for the upstream, each time that it was converted.
  void on_converted(std::function<void(std::string_view body)> callback);
  /// Called before each wait: `retrying in 0.5 s: <message>`.
  void on_retry(std::function<void(std::chrono::milliseconds, const Error&)> callback);

  /// Called with the model's reasoning as it comes, decoded. Only for AnswerForm::text, whose
  /// answer does not contain it.
  void on_reasoning(std::function<void(std::string_view)> callback);

  /// Begins. The sink may be ended from inside, for a request that cannot be converted.
  void start(ExchangeRequest request);
  /// The sink can take more.
  void resume();

  /// Appends a sign of life for the client of a stream, as its API has it; nothing while there is
  /// none to give. The caller writes it to the sink's client.
  void keep_alive(std::string& out);

  /// Appends what ends an answer that has begun and now breaks off, as the client's API has it.
  void show_failure(const Error& error, std::string& out);

  [[nodiscard]] const AnswerFacts& facts() const;
  [[nodiscard]] const ExchangeTimes& times() const;
  [[nodiscard]] const std::string& model() const;  ///< as sent upstream; "" before conversion
  /// Of the last call's answer; "" if that has none.
  [[nodiscard]] const std::string& upstream_request_id() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< shared so that a queued timer can tell that it is gone
};

}  // namespace proxx
