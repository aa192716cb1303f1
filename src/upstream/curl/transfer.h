#pragma once
#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/curl/chunk_watch.h"
#include "upstream/curl/engine.h"
#include "upstream/curl/error.h"
#include "upstream/curl/head_reader.h"
#include "upstream/curl/header_block.h"
#include "upstream/curl/loop.h"
#include "upstream/curl/send_guard.h"
#include "upstream/curl/tls.h"
#include "upstream/curl/trace.h"
#include "upstream/curl/trust.h"
#include "upstream/upstream.h"

namespace proxx {

class Transfer;

/// What all transfers of an engine share. Outlives them.
struct TransferContext {
  EngineOptions options;
  UpstreamOrigin origin;
  Trust trust;
  std::optional<TlsContext> tls;  ///< made after start_libcurl()
  std::shared_ptr<CurlLoop> loop;
  std::vector<Transfer*> fed;  ///< handlers with data that have not had on_caught_up() yet
  /// Bytes of one transfer that its handler does not have yet. Curl calls back for each chunk, so
  /// for each event of a stream; the handler gets those of one read together. Measured (an event of
  /// an unpaced stream): 4300 instructions against 5200 without, 0.44 us of cpu against 0.49.
  std::string gathered;
  Transfer* gathering = nullptr;  ///< the transfer they belong to
  std::vector<Transfer*> failed;  ///< failed for a reason that libcurl does not see
};

/// Gives the gathered bytes to their handler.
void hand_over(TransferContext& context);

/// One request on one easy handle and curl's callbacks for it: assembles the head, enforces limits
/// and deadlines. The handle is reused for later requests; only options that differ are set again.
class Transfer {
 public:
  using Clock = CurlLoop::Clock;

  /// Throws std::bad_alloc if libcurl cannot make an easy handle.
  explicit Transfer(TransferContext& context);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Takes the request. The handler is not called before the transfer runs. If the request cannot
  /// be sent, failure() is set on return.
  void load(UpstreamRequest request, UpstreamHandler& handler);
  /// Drops request and handler.
  void unload();
  /// Prepares the second try, on a fresh connection.
  void reload();
  /// Until unload(), no kept connection is reused.
  void connect_fresh();

  [[nodiscard]] CURL* easy() const { return easy_.get(); }
  [[nodiscard]] UpstreamHandler* handler() const { return handler_; }
  /// Calls the handler's on_caught_up().
  void tell_caught_up();
  /// The handler is called no more. Until unload(), an unsent request stays unsent and further data
  /// is discarded.
  void silence() { handler_ = nullptr; }

  void pause() { paused_ = true; }
  void resume();
  void set_sending(bool sending);

  /// When expire() is due; max() is never.
  [[nodiscard]] Clock::time_point deadline() const;
  /// After the deadline: the error, or nothing while the request's body still makes progress.
  [[nodiscard]] std::optional<Error> expire(Clock::time_point now);

  /// A failure found by this class, not by curl.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  void give_up(Error error);
  void give_up(ErrorKind kind, std::string message);
  /// The status for curl's result.
  [[nodiscard]] Status outcome(CURLcode code) const;
  /// True if the kept connection was dead or held data that cannot answer this request
  /// (docs/faults.md U51, X1), so the request is sent once more.
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

  // The values last set on the easy handle.
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
  bool paused_ = false;       ///< the handler has called pause()
  bool curl_paused_ = false;  ///< curl got CURL_WRITEFUNC_PAUSE
  curl_off_t uploaded_ = 0;   ///< when expire() last looked
  Clock::time_point stalled_at_ = Clock::time_point::max();
  Clock::time_point over_at_ = Clock::time_point::max();
};

}  // namespace proxx
