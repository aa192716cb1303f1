#pragma once
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/chunk_watch.h"
#include "upstream/curl_error.h"
#include "upstream/curl_loop.h"
#include "upstream/engine.h"
#include "upstream/head_reader.h"
#include "upstream/header_block.h"
#include "upstream/send_guard.h"
#include "upstream/trace.h"
#include "upstream/trust.h"
#include "upstream/upstream.h"

namespace proxx {

class Transfer;

/// What all transfers of an engine share. Outlives them.
struct TransferContext {
  EngineOptions options;
  UpstreamOrigin origin;
  Trust trust;
  std::shared_ptr<CurlLoop> loop;
  std::vector<Transfer*> fed;  ///< gave data to their handlers and did not say yet that it was all
  /// Curl calls once for each chunk of a chunked body, so for each event: they go on together.
  std::string gathered;
  Transfer* gathering = nullptr;  ///< whose they are
  std::vector<Transfer*> failed;  ///< by what libcurl has not noticed
};

/// Gives what is gathered to its handler.
void hand_over(TransferContext& context);

/// One request on one easy handle, and what curl calls back about it: the head is put together,
/// limits and deadlines are kept. The handle is reused from request to request and only told what
/// changes.
class Transfer {
 public:
  using Clock = CurlLoop::Clock;

  /// Throws std::bad_alloc if there is no easy handle to be had.
  explicit Transfer(TransferContext& context);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Takes the request; the handler hears nothing before the transfer runs. A request that cannot
  /// be sent has its failure() at once.
  void load(UpstreamRequest request, UpstreamHandler& handler);
  /// Forgets request and handler.
  void unload();
  /// For the second try, on a connection of its own.
  void reload();
  /// Until unload(): no kept connection is looked for.
  void connect_fresh();

  [[nodiscard]] CURL* easy() const { return easy_.get(); }
  [[nodiscard]] UpstreamHandler* handler() const { return handler_; }
  /// Tells the handler that it has all there is for now.
  void tell_caught_up();
  /// The handler is told nothing more. Until unload(), a request that is not sent yet stays here,
  /// and what still comes is for nobody.
  void silence() { handler_ = nullptr; }

  void pause() { paused_ = true; }
  void resume();
  void set_sending(bool sending);

  /// When it has to have moved on; max() is never.
  [[nodiscard]] Clock::time_point deadline() const;
  /// The deadline has passed: the error, unless the request's body is still on its way.
  [[nodiscard]] std::optional<Error> expire(Clock::time_point now);

  /// A failure found here, before or instead of curl's.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  void give_up(Error error);
  void give_up(ErrorKind kind, std::string message);
  /// What curl's result means.
  [[nodiscard]] Status outcome(CURLcode code) const;
  /// The kept connection was dead, or held what is no answer to this request (faults.md U51, X1):
  /// the request is to be tried once more.
  [[nodiscard]] bool wants_second_try(CURLcode code) const;

 private:
  friend void hand_over(TransferContext& context);
  enum class Phase { connecting, asking, answering };

  static size_t header_callback(char* data, size_t size, size_t count, void* self);
  static size_t body_callback(char* data, size_t size, size_t count, void* self);
  static int connected_callback(void* self, char* peer_ip, char* local_ip, int, int local_port);

  void configure();
  void set_method(const std::string& method);
  void watch_body();
  void forbid_reuse();
  void take_raw_body(std::string_view bytes);
  bool take_header_line(std::string_view line);
  void give_head();
  size_t take_body(std::string_view bytes);
  void give_data(std::string_view bytes);
  void release_request();
  void expect_within(std::chrono::milliseconds time);
  [[nodiscard]] curl_off_t uploaded_bytes() const;
  [[nodiscard]] bool lacked_descriptor(CURLcode code) const;

  TransferContext& context_;
  Trace trace_;
  CurlLoop::Opener opener_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::array<char, CURL_ERROR_SIZE> curl_message_{};

  // What the easy handle was told last.
  std::string url_;
  std::string method_;
  std::chrono::milliseconds connect_timeout_{-1};
  bool fresh_connection_ = false;
  bool forbids_reuse_ = false;
  bool verbose_ = false;

  UpstreamRequest request_;
  HeaderBlock header_block_;
  UpstreamHandler* handler_ = nullptr;
  HeadReader head_;
  ChunkWatch chunks_;
  SendGuard guard_;
  std::optional<Error> failure_;
  size_t answer_bytes_ = 0;
  Phase phase_ = Phase::connecting;
  bool sending_ = false;
  bool fed_ = false;          ///< in the context's list
  bool paused_ = false;       ///< the handler wants no more
  bool curl_paused_ = false;  ///< curl was told so
  curl_off_t uploaded_ = 0;   ///< at the last look
  Clock::time_point stalled_at_ = Clock::time_point::max();
  Clock::time_point over_at_ = Clock::time_point::max();
};

}  // namespace proxx
