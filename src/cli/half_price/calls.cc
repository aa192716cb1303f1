#include "cli/half_price/calls.h"

#include <utility>

#include "upstream/retry.h"

namespace proxx::cli {

std::string HalfAnswer::organization() const {
  return std::string(find_header(headers, "anthropic-organization-id").value_or(""));
}

std::optional<std::chrono::milliseconds> HalfAnswer::requested_delay(int64_t now_unix_s) const {
  return proxx::requested_delay(headers, now_unix_s);
}

HalfAnswer call_with_retries(HalfCalls& calls, const HalfCall& call, int retries) {
  for (int done = 0;; ++done) {
    HalfAnswer answer = calls.call(call);
    const bool harmless = !call.creates || answer.fate == HalfAnswer::Fate::not_sent;
    if (answer.ok() || !harmless || calls.interrupted()) return answer;
    FailedTry failed = failed_try(*answer.error, answer.headers);
    failed.retries_done = done;
    failed.now_unix_s = calls.now_unix_s();
    failed.random = calls.random();
    const auto delay = retry_delay(failed, retries);
    if (!delay) return answer;
    calls.wait(*delay);
  }
}

bool may_pass(const Error& error) {
  switch (error.kind) {
    case ErrorKind::upstream_unreachable:
    case ErrorKind::upstream_timeout:
    case ErrorKind::upstream_truncated:
    case ErrorKind::upstream_protocol:
    case ErrorKind::upstream_bad_content_type:
    case ErrorKind::overloaded:
      return true;
    case ErrorKind::upstream_status:
      return error.http_status == 408 || error.http_status == 409 || error.http_status == 429 ||
             error.http_status >= 500;
    default:
      return false;
  }
}

Error hopeless(std::string message) {
  return {ErrorKind::upstream_error_event, std::move(message)};
}

Error interrupted_error() {
  return {ErrorKind::internal, "interrupted"};
}

}  // namespace proxx::cli
