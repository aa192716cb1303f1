#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exchange/exchange.h"
#include "exchange/response_memory.h"
#include "http/server.h"
#include "server/client_keys.h"
#include "server/guards.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/models/model_directory.h"
#include "server/page/page_log.h"
#include "server/request_record.h"

namespace boost::asio {
class io_context;
}

namespace proxx::server {

/// The options of `serve` that are not part of an exchange's.
struct ServiceOptions {
  HostPolicy hosts;
  std::vector<std::string> cors;
  KeyRules keys;
  ModelOptions models;
  bool metrics = false;
  bool page = false;          ///< `/` and `/proxx/...` are served
  bool page_bodies = false;   ///< bodies are recorded from the start
  size_t remember_bytes = 0;  ///< for responses that clients refer to; 0: none are kept
  /// Silence in an event stream after which a comment is sent.
  std::chrono::milliseconds keep_alive{15'000};
};

/// What the services of all loops share. Each part may be used from any thread.
struct Shared {
  const ServiceOptions options;  ///< those of the start
  Log log;
  Metrics metrics;
  ResponseMemory memory = ResponseMemory(options.remember_bytes);
  /// For the server's own key; empty: it is not renewed.
  std::function<void(boost::asio::io_context& loop, const Credential& refused, OnRenewal on_answer)>
      renew_key = {};
  std::atomic<bool> leaving{false};   ///< /readyz says so; from the first signal on
  std::atomic<bool> draining{false};  ///< requests are refused
  PageLog page = {};                  ///< stays empty without the page
};

/// Headers that keep proxies in between from holding back an event stream.
inline const http::HeaderList kStreamHeaders = {{"cache-control", "no-cache"},
                                                {"x-accel-buffering", "no"}};

/// The error as the clients of that path read it: OpenAI's object `{"error":{"message","type",
/// "param","code"}}`; on Anthropic's paths theirs, `{"type":"error","error":{...},"request_id"}`,
/// with the same four members.
[[nodiscard]] http::Response error_response(const Error& error, std::string_view path,
                                            std::string_view request_id);

/// The answer to one request. Adds what every answer has (x-request-id, server-timing, CORS). When
/// it ends, passes the record to log and metrics, once. After its end every call is a no-op. If
/// destroyed before it ended, it logs and counts nothing.
class Reply {
 public:
  /// `shared` must outlive the reply. `responder` may be null if only finish() is used.
  Reply(Shared& shared, const std::vector<std::string>& cors, const http::Request& request,
        std::shared_ptr<http::Responder> responder);
  ~Reply();
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  RequestRecord record;  ///< to be filled on the way; its texts are gone when it is over
  /// Own work on the request so far, for server-timing; the rest is the upstream's.
  std::optional<std::chrono::microseconds> own_time;
  /// Passed to the page when the request ends; nothing: the page does not show it.
  std::optional<PageCapture> capture;

  /// Completes a whole answer and closes the record, for a caller that sends it itself.
  [[nodiscard]] http::Response finish(http::Response response);
  void send(http::Response response);
  void send_error(const Error& error, http::HeaderList headers = {});
  /// Builds the error's answer and notes it in the record. Does not send it.
  [[nodiscard]] http::Response error_answer(const Error& error);

  /// From now on the page shows the request.
  void show_on_page(const http::Request& request);
  /// For record and page.
  void note_model(std::string model);
  /// For the bodies of the page, while it records.
  void note_body(std::string PageBodies::Texts::*text, std::string_view bytes);

  /// For the record alone.
  void note_error(const Error& error);
  /// The answer's first byte is known; start() says so too.
  void note_first();
  void start(int status, http::HeaderList headers);
  bool write(std::string_view bytes);
  void end();
  /// Cuts the connection: the answer cannot be completed.
  void abort();
  /// The client went away.
  void gone();

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] http::Responder& responder() { return *responder_; }

 private:
  void add_common(http::HeaderList& headers);
  /// An answer that counts as an open stream.
  [[nodiscard]] bool is_stream() const { return record.endpoint != Endpoint::other; }
  void close(int status);
  [[nodiscard]] std::chrono::microseconds elapsed() const;

  Shared& shared_;
  std::shared_ptr<http::Responder> responder_;  ///< shared with the connection, by its interface
  const std::chrono::steady_clock::time_point begin_;
  http::HeaderList cors_;
  bool started_ = false;
  bool over_ = false;
};

}  // namespace proxx::server
