#include "upstream/retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "base/ascii.h"

namespace proxx {
namespace {

using std::chrono::milliseconds;

constexpr double kFirstBackoffMs = 500;
constexpr double kLongestBackoffMs = 8'000;
constexpr double kJitter = 0.25;
constexpr double kMaxSaneMs = 1e15;  // past the last date that HTTP can write
constexpr double kFarMs = 1e11;      // in seconds, too, under that

std::optional<double> parse_number(std::string_view text) {
  // A whole number of any length is a wait, however long.
  const bool whole = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (whole && (error == std::errc::result_out_of_range || value > kFarMs)) return kFarMs;
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<milliseconds> sane_delay(double ms) {
  if (!(ms > 0 && ms < kMaxSaneMs)) return std::nullopt;
  return std::chrono::ceil<milliseconds>(std::chrono::duration<double, std::milli>(ms));
}

std::optional<double> seconds_until(std::string_view date, int64_t now_unix_s) {
  const time_t then = curl_getdate(std::string(date).c_str(), nullptr);
  if (then == -1) return std::nullopt;
  return static_cast<double>(static_cast<int64_t>(then) - now_unix_s);
}

milliseconds backoff(int retries_done, double random) {
  const int doublings = std::min(retries_done, 20);
  const double ms = std::min(kFirstBackoffMs * (1 << doublings), kLongestBackoffMs);
  return milliseconds(static_cast<int64_t>(ms * (1 - random * kJitter)));
}

}  // namespace

FailedTry failed_try(const Error& error, const HeaderList& headers) {
  FailedTry failed;
  failed.headers = &headers;
  if (error.http_status != 0)
    failed.status = error.http_status;
  else
    failed.transport = error.kind;
  return failed;
}

bool is_retryable(const FailedTry& failed) {
  if (failed.transport == ErrorKind::upstream_tls) return false;
  if (failed.headers != nullptr) {
    const auto told = find_header(*failed.headers, "x-should-retry");
    if (told == "true") return true;
    if (told == "false") return false;
  }
  if (failed.transport)
    return *failed.transport == ErrorKind::upstream_unreachable ||
           *failed.transport == ErrorKind::upstream_timeout ||
           *failed.transport == ErrorKind::overloaded;
  return failed.status == 408 || failed.status == 409 || failed.status == 429 ||
         failed.status >= 500;
}

std::optional<milliseconds> requested_delay(const HeaderList& headers, int64_t now_unix_s) {
  if (const auto text = find_header(headers, "retry-after-ms"))
    if (const auto ms = parse_number(*text))
      if (const auto delay = sane_delay(*ms)) return delay;
  const auto text = find_header(headers, "retry-after");
  if (!text) return std::nullopt;
  auto seconds = parse_number(*text);
  if (!seconds) seconds = seconds_until(*text, now_unix_s);
  return seconds ? sane_delay(*seconds * 1000) : std::nullopt;
}

std::optional<milliseconds> retry_delay(const FailedTry& failed, int max_retries) {
  if (failed.retries_done >= max_retries || !is_retryable(failed)) return std::nullopt;
  if (failed.headers != nullptr) {
    if (const auto asked = requested_delay(*failed.headers, failed.now_unix_s)) {
      if (*asked > kMaxRetryAfter) return std::nullopt;
      return asked;
    }
  }
  return backoff(failed.retries_done, failed.random);
}

}  // namespace proxx
