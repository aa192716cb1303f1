#include "upstream/curl/transfer.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/release.h"
#include "upstream/curl/proxy.h"

namespace proxx {
namespace {

// Curl keeps its receive buffer for the whole stream; an event is usually much smaller than this.
constexpr long kReceiveBytes = long{16} << 10;
// libcurl 8 keeps this much until the answer ends, so a small request takes the least there is.
constexpr long kSmallSendBytes = long{16} << 10;
constexpr long kSendBytes = long{64} << 10;
// How long a name's addresses and a connection to one of them are reused (docs/faults.md S15).
constexpr long kConnectionSeconds = 60;
// Zero means libcurl's default of 300 s.
constexpr long kNoTimeoutMs = 24L * 60 * 60 * 1000;

}  // namespace

Transfer::Transfer(TransferContext& context)
    : context_(context),
      trace_{.options = context.options},
      easy_(curl_easy_init(), curl_easy_cleanup),
      guard_(context.options.base_url.compare(0, 7, "http://") != 0) {
  if (!easy_) throw std::bad_alloc();
  configure();
}

void Transfer::configure() {
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message_.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_callback);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_callback);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, connected_callback);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it, libcurl joins the resolver's thread when a transfer is dropped and blocks the loop.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, kConnectionSeconds);
  curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, kConnectionSeconds);
  apply_proxy(easy, context_.options);
  apply_trust(easy, context_.trust);
  context_.tls->apply(easy);
  trace_.on_raw_body = [this](std::string_view bytes) { take_raw_body(bytes); };
  apply_trace(easy, trace_);
  context_.loop->adopt(easy, opener_);
}

void Transfer::load(UpstreamRequest request, UpstreamHandler& handler) {
  request_ = std::move(request);
  handler_ = &handler;
  CURL* const easy = easy_.get();
  if (!header_block_.assign(request_.headers)) {
    give_up(ErrorKind::internal, "a request header holds a control byte or has no name");
    return;
  }
  trace_.secrets = std::move(request_.secrets);
  if (trace_.secrets.empty()) trace_.secrets = secrets_in(request_.headers);
  release(request_.headers);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_block_.list());

  const std::string& base = context_.options.base_url;
  if (url_.size() != base.size() + request_.path.size() ||
      url_.compare(base.size(), std::string::npos, request_.path) != 0) {
    url_ = base + request_.path;
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
  }
  if (request_.once) connect_fresh();
  set_method(request_.method);
  if (method_ != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE,
                     request_.body.size() <= kSmallSendBytes ? kSmallSendBytes : kSendBytes);
  }
  if (connect_timeout_ != request_.timeouts.connect) {
    connect_timeout_ = request_.timeouts.connect;
    curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS,
        connect_timeout_.count() > 0 ? static_cast<long>(connect_timeout_.count()) : kNoTimeoutMs);
  }
  if (request_.timeouts.total.count() > 0) {
    over_at_ = Clock::now() + request_.timeouts.total;
    context_.loop->wake_by(over_at_);
  }
}

void Transfer::set_method(const std::string& method) {
  if (method_ == method) return;
  method_ = method;
  CURL* const easy = easy_.get();
  const bool known = method == "GET" || method == "POST";
  curl_easy_setopt(easy, method == "GET" ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, known ? nullptr : method.c_str());
}

void Transfer::reload() {
  guard_.begin_second_try();
  head_ = {};
  failure_.reset();
  phase_ = Phase::connecting;
  opener_.lacked_descriptor = false;
  stalled_at_ = Clock::time_point::max();
  curl_message_[0] = '\0';
  connect_fresh();
}

void Transfer::connect_fresh() {
  if (!std::exchange(fresh_connection_, true))
    curl_easy_setopt(easy_.get(), CURLOPT_FRESH_CONNECT, 1L);
}

void Transfer::unload() {
  finish_trace(trace_);
  if (std::exchange(fresh_connection_, false))
    curl_easy_setopt(easy_.get(), CURLOPT_FRESH_CONNECT, 0L);
  if (std::exchange(forbids_reuse_, false)) curl_easy_setopt(easy_.get(), CURLOPT_FORBID_REUSE, 0L);
  if (std::exchange(verbose_, false)) curl_easy_setopt(easy_.get(), CURLOPT_VERBOSE, 0L);
  release(request_.body);
  handler_ = nullptr;
  if (std::exchange(fed_, false)) std::erase(context_.fed, this);
  if (context_.gathering == this) context_.gathering = nullptr;
  std::erase(context_.failed, this);
  head_ = {};
  chunks_ = {};
  guard_.reset();
  failure_.reset();
  answer_bytes_ = 0;
  phase_ = Phase::connecting;
  opener_.lacked_descriptor = false;
  sending_ = paused_ = curl_paused_ = false;
  uploaded_ = 0;
  stalled_at_ = over_at_ = Clock::time_point::max();
  curl_message_[0] = '\0';
}

void Transfer::resume() {
  if (!paused_) return;
  paused_ = false;
  if (phase_ == Phase::answering) expect_within(request_.timeouts.idle);
  if (!curl_paused_) return;
  curl_paused_ = false;
  context_.loop->unpause(easy_.get());
}

// --- deadlines -----------------------------------------------------------------------------------

void Transfer::expect_within(std::chrono::milliseconds time) {
  if (time.count() <= 0) {
    stalled_at_ = Clock::time_point::max();
    return;
  }
  stalled_at_ = context_.loop->now() + time;
  context_.loop->wake_by(stalled_at_);
}

Transfer::Clock::time_point Transfer::deadline() const {
  const bool ages = !(paused_ && phase_ == Phase::answering);
  return std::min(over_at_, ages ? stalled_at_ : Clock::time_point::max());
}

std::optional<Error> Transfer::expire(Clock::time_point now) {
  const UpstreamTimeouts& limits = request_.timeouts;
  const std::string& peer = context_.origin.authority;
  const auto error = [](std::string message) {
    return proxx::err(ErrorKind::upstream_timeout, std::move(message)).value();
  };
  if (now >= over_at_)
    return error("the answer of " + peer + " took more than " + seconds_text(limits.total));
  if (phase_ == Phase::answering)
    return error(peer + " was silent for " + seconds_text(limits.idle));
  if (const curl_off_t uploaded = uploaded_bytes(); sending_ && uploaded > uploaded_) {
    uploaded_ = uploaded;
    expect_within(limits.first_byte);
    return std::nullopt;
  }
  return error("no answer from " + peer + " within " + seconds_text(limits.first_byte));
}

// The wait for the first byte begins when the request is sent. For a body larger than the socket's
// buffer that is when curl no longer waits to write.
void Transfer::set_sending(bool sending) {
  if (phase_ == Phase::asking && sending_ && !sending) expect_within(request_.timeouts.first_byte);
  sending_ = sending;
}

curl_off_t Transfer::uploaded_bytes() const {
  curl_off_t bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &bytes);
  return bytes;
}

// --- results -------------------------------------------------------------------------------------

void Transfer::give_up(Error error) {
  if (!failure_) failure_ = std::move(error);
}

void Transfer::give_up(ErrorKind kind, std::string message) {
  give_up(proxx::err(kind, std::move(message)).value());
}

// Only failures that a lack of descriptors can cause count: a refused certificate or peer may just
// coincide with one.
bool Transfer::lacked_descriptor(CURLcode code) const {
  if (phase_ != Phase::connecting) return false;
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return opener_.lacked_descriptor;
    // Resolvers and TLS libraries need descriptors too, and their errors do not name the lack.
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_FAILED_INIT:
    case CURLE_OUT_OF_MEMORY:
      return out_of_descriptors();
    default:
      return false;
  }
}

Status Transfer::outcome(CURLcode code) const {
  if (failure_) return proxx::err(*failure_);
  if (code == CURLE_OK && head_.complete()) return {};
  // Curl reports no error for a connection closed in the middle of a head. Where curl would have
  // resent the request, the guard aborted it.
  if (lacked_descriptor(code)) return proxx::err(no_descriptor_error(context_.origin));
  const bool ended = code == CURLE_OK || code == CURLE_ABORTED_BY_CALLBACK;
  CurlFailure failure{ended ? CURLE_GOT_NOTHING : code,
                      ended ? "" : curl_message_.data(),
                      0,
                      phase_ != Phase::connecting,
                      head_.begun(),
                      head_.complete()};
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &failure.os_errno);
  return proxx::err(curl_error(failure, context_.origin, connect_timeout_));
}

bool Transfer::wants_second_try(CURLcode code) const {
  return !request_.once && !failure_ && !head_.begun() &&
         guard_.wants_second_try(easy_.get(), code);
}

}  // namespace proxx
