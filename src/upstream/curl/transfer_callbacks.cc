// What curl calls while a transfer runs: the answer on its way to the handler.
#include <utility>

#include "base/release.h"
#include "upstream/curl/transfer.h"

namespace proxx {
namespace {

// Limit of the bytes gathered for a handler: curl may keep reading without returning.
constexpr size_t kGatheredBytes = size_t{16} << 10;

}  // namespace

int Transfer::connected_callback(void* self, char* peer_ip, char* local_ip, int, int local_port) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.handler_ == nullptr) return CURL_PREREQFUNC_ABORT;
  try {
    const ConnectionEnds ends{peer_ip, local_ip, local_port};
    if (!transfer.guard_.may_send(transfer.easy(), transfer.context_.loop->connections(), ends))
      return CURL_PREREQFUNC_ABORT;
    transfer.phase_ = Phase::asking;
    transfer.sending_ = false;
    transfer.uploaded_ = 0;  // libcurl may resend by itself
    transfer.expect_within(transfer.request_.timeouts.first_byte);
    transfer.handler_->on_sending();
    return CURL_PREREQFUNC_OK;
  } catch (...) {
    transfer.give_up(ErrorKind::internal, "internal error");
    return CURL_PREREQFUNC_ABORT;
  }
}

size_t Transfer::header_callback(char* data, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    return transfer.take_header_line({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    transfer.give_up(ErrorKind::internal, "internal error");
    return CURL_WRITEFUNC_ERROR;
  }
}

size_t Transfer::body_callback(char* data, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    return transfer.take_body({data, size * count});
  } catch (...) {
    transfer.give_up(ErrorKind::internal, "internal error");
    return CURL_WRITEFUNC_ERROR;
  }
}

bool Transfer::take_header_line(std::string_view line) {
  if (handler_ == nullptr) return true;
  if (!head_.begun() && guard_.came_too_early()) return false;
  const bool trailer = head_.complete();
  const auto complete =
      head_.add(line, context_.options.max_header_bytes, context_.origin.authority);
  if (!complete) {
    give_up(complete.error());
    return false;
  }
  if (trailer) return true;
  phase_ = Phase::answering;
  expect_within(request_.timeouts.idle);
  if (!*complete) return true;
  if (head_.chunked()) watch_body();
  if (!head_.reusable()) forbid_reuse();
  give_head();
  return true;
}

// Only libcurl's debug function gets a body's bytes with their chunk framing.
void Transfer::watch_body() {
  if (!is_tracing(context_.options) && !std::exchange(verbose_, true))
    curl_easy_setopt(easy_.get(), CURLOPT_VERBOSE, 1L);
}

void Transfer::take_raw_body(std::string_view bytes) {
  if (handler_ == nullptr || failure_ || !head_.complete() || !head_.chunked()) return;
  if (Status status = chunks_.add(bytes, context_.origin.authority); !status) {
    give_up(std::move(status).error());
    context_.failed.push_back(this);
  }
  if (chunks_.has_excess()) forbid_reuse();
}

void Transfer::forbid_reuse() {
  if (!std::exchange(forbids_reuse_, true)) curl_easy_setopt(easy_.get(), CURLOPT_FORBID_REUSE, 1L);
}

void Transfer::give_head() {
  release_request();
  mask_values(trace_.secrets, head_.head().headers);
  handler_->on_head(std::move(head_.head()));
}

// Otherwise thousands of streams would keep their requests until they end. Once everything is sent
// and an answer has begun, curl does not read the request again.
void Transfer::release_request() {
  if (uploaded_bytes() != static_cast<curl_off_t>(request_.body.size())) return;
  release(request_.body);
  header_block_.release();
}

size_t Transfer::take_body(std::string_view bytes) {
  const bool gathering = context_.gathering == this;
  if (!gathering || context_.gathered.size() + bytes.size() > kGatheredBytes) hand_over(context_);
  if (handler_ == nullptr) return bytes.size();
  if (failure_) return CURL_WRITEFUNC_ERROR;
  if (paused_) {
    curl_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  answer_bytes_ += bytes.size();
  const size_t own_limit = request_.max_answer_bytes;
  if (answer_bytes_ > (own_limit != 0 ? own_limit : context_.options.max_answer_bytes)) {
    give_up(ErrorKind::upstream_protocol,
            "the answer of " + context_.origin.authority + " is too large");
    return CURL_WRITEFUNC_ERROR;
  }
  trace_answer(trace_, bytes);
  context_.gathering = this;
  context_.gathered.append(bytes);
  return bytes.size();
}

void Transfer::give_data(std::string_view bytes) {
  if (handler_ == nullptr) return;
  expect_within(request_.timeouts.idle);
  if (!std::exchange(fed_, true)) context_.fed.push_back(this);
  try {
    handler_->on_data(bytes);
  } catch (...) {
    give_up(ErrorKind::internal, "internal error");
    context_.failed.push_back(this);  // libcurl may not call back again
  }
}

// The bytes are taken out first because a handler may re-enter this function.
void hand_over(TransferContext& context) {
  Transfer* const transfer = std::exchange(context.gathering, nullptr);
  std::string bytes = std::exchange(context.gathered, {});
  if (transfer != nullptr) transfer->give_data(bytes);
  bytes.clear();
  context.gathered = std::move(bytes);
}

void Transfer::tell_caught_up() {
  fed_ = false;
  if (handler_ != nullptr) handler_->on_caught_up();
}

}  // namespace proxx
