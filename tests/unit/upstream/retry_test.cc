#include "upstream/retry.h"

#include <doctest/doctest.h>

namespace proxx {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kNow = 1'794'000'000;  // Fri, 06 Nov 2026 21:20:00 GMT

FailedTry with_status(int status) {
  FailedTry failed;
  failed.status = status;
  return failed;
}

}  // namespace

TEST_CASE("U16: what may be tried again") {
  const struct {
    int status;
    bool retryable;
  } rows[] = {{400, false}, {401, false}, {402, false}, {403, false}, {404, false},
              {408, true},  {409, true},  {413, false}, {422, false}, {429, true},
              {500, true},  {502, true},  {503, true},  {504, true},  {529, true}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    CHECK(is_retryable(with_status(row.status)) == row.retryable);
  }
}

TEST_CASE("U1 U3 U4: failures without an answer") {
  const struct {
    ErrorKind kind;
    bool retryable;
  } rows[] = {{ErrorKind::upstream_unreachable, true},
              {ErrorKind::upstream_timeout, true},
              {ErrorKind::upstream_tls, false},
              {ErrorKind::upstream_protocol, false},
              {ErrorKind::upstream_truncated, false},
              {ErrorKind::upstream_bad_content_type, false},
              {ErrorKind::upstream_redirect, false},
              {ErrorKind::internal, false},
              {ErrorKind::overloaded, true}};
  for (const auto& row : rows) {
    FailedTry failed;
    failed.transport = row.kind;
    CHECK(is_retryable(failed) == row.retryable);
  }
}

TEST_CASE("U3 R1: a TLS failure is not tried again, whatever a head says") {
  const HeaderList yes{{"x-should-retry", "true"}};
  FailedTry failed;
  failed.transport = ErrorKind::upstream_tls;
  failed.headers = &yes;
  CHECK_FALSE(is_retryable(failed));
}

TEST_CASE("U15: x-should-retry wins") {
  const HeaderList no{{"x-should-retry", "false"}}, yes{{"x-should-retry", "true"}},
      other{{"x-should-retry", "maybe"}};
  FailedTry failed = with_status(500);
  failed.headers = &no;
  CHECK_FALSE(is_retryable(failed));
  CHECK_FALSE(retry_delay(failed, 2));
  failed = with_status(400);
  failed.headers = &yes;
  CHECK(is_retryable(failed));
  CHECK(retry_delay(failed, 2));
  failed.headers = &other;
  CHECK_FALSE(is_retryable(failed));
}

TEST_CASE("U13: the wait that upstream asks for") {
  const struct {
    const char* name;
    HeaderList headers;
    std::optional<int64_t> ms;
  } rows[] = {
      {"seconds", {{"retry-after", "7"}}, 7000},
      {"part of a second", {{"retry-after", "1.5"}}, 1500},
      {"milliseconds", {{"retry-after-ms", "250"}}, 250},
      {"milliseconds first", {{"retry-after", "7"}, {"retry-after-ms", "250"}}, 250},
      {"bad milliseconds", {{"retry-after", "7"}, {"retry-after-ms", "soon"}}, 7000},
      {"date", {{"retry-after", "Fri, 06 Nov 2026 21:20:30 GMT"}}, 30'000},
      {"past date", {{"retry-after", "Fri, 06 Nov 2026 21:19:30 GMT"}}, std::nullopt},
      {"negative", {{"retry-after", "-7"}}, std::nullopt},
      {"zero", {{"retry-after", "0"}}, std::nullopt},
      {"NaN", {{"retry-after", "NaN"}}, std::nullopt},
      {"infinity", {{"retry-after", "inf"}}, std::nullopt},
      {"1e309", {{"retry-after", "1e309"}}, std::nullopt},
      {"2^31 ms", {{"retry-after-ms", "2147483648"}}, 2'147'483'648},
      {"a date in 2100",
       {{"retry-after", "Fri, 01 Jan 2100 00:00:00 GMT"}},
       4'102'444'800'000 - kNow * 1000},
      {"the last date there is",
       {{"retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"}},
       253'402'300'799'000 - kNow * 1000},
      {"longer than all dates", {{"retry-after", "1e300"}}, std::nullopt},
      {"an hour", {{"retry-after", "3600"}}, 3'600'000},
      {"20 digits", {{"retry-after", "99999999999999999999"}}, 100'000'000'000'000},
      {"400 digits", {{"retry-after", std::string(400, '9')}}, 100'000'000'000'000},
      {"20 digits of milliseconds", {{"retry-after-ms", "99999999999999999999"}}, 100'000'000'000},
      {"400 zeros", {{"retry-after", std::string(400, '0')}}, std::nullopt},
      {"words", {{"retry-after", "later"}}, std::nullopt},
      {"number and more", {{"retry-after", "7 s"}}, std::nullopt},
      {"empty", {{"retry-after", ""}}, std::nullopt},
      {"none", {}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto got = requested_delay(row.headers, kNow);
    REQUIRE(got.has_value() == row.ms.has_value());
    if (got) CHECK(got->count() == *row.ms);
  }
}

TEST_CASE("U13: longer than a minute is not waited for, a bad value is a backoff") {
  const HeaderList minute{{"retry-after", "60"}}, longer{{"retry-after", "61"}},
      bad{{"retry-after", "NaN"}};
  FailedTry failed = with_status(429);
  failed.headers = &minute;
  CHECK(retry_delay(failed, 2) == milliseconds(60'000));
  failed.headers = &longer;
  CHECK_FALSE(retry_delay(failed, 2));
  failed.headers = &bad;
  CHECK(retry_delay(failed, 2) == milliseconds(500));
}

TEST_CASE("backoff: doubled up to eight seconds, less up to a quarter") {
  const struct {
    int retries_done;
    double random;
    int ms;
  } rows[] = {{0, 0, 500},  {1, 0, 1000},  {2, 0, 2000},  {3, 0, 4000},    {4, 0, 8000},
              {5, 0, 8000}, {40, 0, 8000}, {0, 0.5, 437}, {4, 0.999, 6002}};
  for (const auto& row : rows) {
    FailedTry failed = with_status(529);
    failed.retries_done = row.retries_done;
    failed.random = row.random;
    CHECK(retry_delay(failed, 100) == milliseconds(row.ms));
  }
}

TEST_CASE("the retries are counted") {
  FailedTry failed = with_status(500);
  CHECK_FALSE(retry_delay(failed, 0));
  failed.retries_done = 1;
  CHECK(retry_delay(failed, 2));
  failed.retries_done = 2;
  CHECK_FALSE(retry_delay(failed, 2));
}

}  // namespace proxx
