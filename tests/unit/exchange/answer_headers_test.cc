#include "exchange/answer_headers.h"

#include <doctest/doctest.h>

using namespace proxx;

namespace {

std::string value_of(const HeaderList& headers, std::string_view name) {
  const auto value = find_header(headers, name);
  return value ? std::string(*value) : "(none)";
}

constexpr int64_t kNow = 1'795'370'400;  // 2026-11-22T18:00:00Z

}  // namespace

TEST_CASE("U13: the request id and the retry hints are passed on word for word") {
  const HeaderList out = client_headers({{"request-id", "req_1"},
                                         {"retry-after", "7"},
                                         {"retry-after-ms", "250"},
                                         {"x-should-retry", "false"},
                                         {"set-cookie", "secret"},
                                         {"server", "x"}},
                                        kNow);
  CHECK(value_of(out, "x-request-id") == "req_1");
  CHECK(value_of(out, "retry-after") == "7");
  CHECK(value_of(out, "retry-after-ms") == "250");
  CHECK(value_of(out, "x-should-retry") == "false");
  CHECK(out.size() == 4);
}

TEST_CASE("rate limits are passed on and translated, resets as durations from now") {
  const HeaderList out =
      client_headers({{"anthropic-ratelimit-requests-limit", "50"},
                      {"anthropic-ratelimit-requests-remaining", "49"},
                      {"anthropic-ratelimit-requests-reset", "2026-11-22T18:06:00Z"},
                      {"anthropic-ratelimit-tokens-reset", "2026-11-22T17:00:00Z"},
                      {"anthropic-ratelimit-input-tokens-limit", "1000"},
                      {"anthropic-ratelimit-output-tokens-reset", "soon"}},
                     kNow);
  CHECK(value_of(out, "anthropic-ratelimit-requests-limit") == "50");
  CHECK(value_of(out, "x-ratelimit-limit-requests") == "50");
  CHECK(value_of(out, "x-ratelimit-remaining-requests") == "49");
  CHECK(value_of(out, "x-ratelimit-reset-requests") == "6m0s");
  CHECK(value_of(out, "x-ratelimit-reset-tokens") == "0s");
  CHECK(value_of(out, "x-ratelimit-limit-tokens") == "(none)");
  CHECK(value_of(out, "anthropic-ratelimit-input-tokens-limit") == "1000");
}

TEST_CASE("a reset that is no time is not translated") {
  const HeaderList out =
      client_headers({{"anthropic-ratelimit-requests-reset", "2026-11-22 18:00"}}, kNow);
  CHECK(value_of(out, "x-ratelimit-reset-requests") == "(none)");
}
