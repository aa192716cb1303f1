#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "upstream/upstream.h"

namespace proxx {

/// One failed try, as the policy of the official SDKs sees it (docs/protocol.md 3).
struct FailedTry {
  int retries_done = 0;
  int status = 0;                       ///< of the answer; 0 if there was none
  std::optional<ErrorKind> transport;   ///< what failed if there was no answer
  const HeaderList* headers = nullptr;  ///< of the answer, if there was one
  int64_t now_unix_s = 0;               ///< for a retry-after that is a date
  double random = 0;                    ///< in [0, 1), for the jitter
};

/// The try that ended in `error`, an answer's if it has an http_status; `headers` must outlive it.
[[nodiscard]] FailedTry failed_try(const Error& error, const HeaderList& headers);

/// Longest `retry-after` that is waited for; a longer one is told to the user instead
/// (docs/faults.md U13).
inline constexpr std::chrono::seconds kMaxRetryAfter{60};

/// Whether it may be tried again at all, the count aside: x-should-retry, else 408, 409, 429,
/// 5xx, unreachable, timeouts and no room here; never TLS.
[[nodiscard]] bool is_retryable(const FailedTry& failed);

/// How long to wait before the next try; nothing if it is not retryable, `max_retries` are used up
/// or the upstream asks for more than kMaxRetryAfter. `retry-after-ms`, else `retry-after`, else
/// min(0.5 * 2^n, 8) s less up to a quarter.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_delay(const FailedTry& failed,
                                                                   int max_retries);

/// The wait the upstream asked for, if its headers hold a sane one.
[[nodiscard]] std::optional<std::chrono::milliseconds> requested_delay(const HeaderList& headers,
                                                                       int64_t now_unix_s);

}  // namespace proxx
