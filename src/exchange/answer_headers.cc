#include "exchange/answer_headers.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"

namespace proxx {
namespace {

constexpr std::array<std::string_view, 3> kPassed = {"retry-after", "retry-after-ms",
                                                     "x-should-retry"};
constexpr std::string_view kRateLimitPrefix = "anthropic-ratelimit-";
constexpr std::string_view kPriorityPrefix = "anthropic-priority-";

/// OpenAI's rate limit headers are the requests and the tokens pair of Anthropic's set.
struct Translation {
  std::string_view anthropic;
  std::string_view openai;
  bool is_reset;
};
constexpr std::array<Translation, 6> kTranslations = {{
    {"anthropic-ratelimit-requests-limit", "x-ratelimit-limit-requests", false},
    {"anthropic-ratelimit-requests-remaining", "x-ratelimit-remaining-requests", false},
    {"anthropic-ratelimit-requests-reset", "x-ratelimit-reset-requests", true},
    {"anthropic-ratelimit-tokens-limit", "x-ratelimit-limit-tokens", false},
    {"anthropic-ratelimit-tokens-remaining", "x-ratelimit-remaining-tokens", false},
    {"anthropic-ratelimit-tokens-reset", "x-ratelimit-reset-tokens", true},
}};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

/// OpenAI's form of a wait: `45s`, `6m0s`, `1h0m5s`.
std::string duration_text(int64_t seconds) {
  if (seconds <= 0) return "0s";
  std::string out;
  if (seconds >= 3600) out += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) out += std::to_string(seconds / 60 % 60) + "m";
  return out + std::to_string(seconds % 60) + "s";
}

}  // namespace

void add_retry_hints(HeaderList& headers, const Error& error) {
  const auto add = [&headers](const char* name, const char* value) {
    if (!find_header(headers, name)) headers.emplace_back(name, value);
  };
  // A spend limit's 429 looks like one to wait for; clients would try in vain
  // (docs/mapping-chat.md 6.9).
  if (error.code == "insufficient_quota") add("x-should-retry", "false");
  if (error.kind == ErrorKind::overloaded) add("retry-after", "1");
}

std::string_view upstream_request_id(const HeaderList& upstream) {
  for (const char* name : {"request-id", "apim-request-id", "x-amzn-requestid"}) {
    if (const auto id = find_header(upstream, name)) return *id;
  }
  return {};
}

HeaderList client_headers(const HeaderList& upstream, int64_t now_unix_s) {
  HeaderList out;
  if (const std::string_view id = upstream_request_id(upstream); !id.empty()) {
    out.emplace_back("x-request-id", std::string(id));
  }
  for (const std::string_view name : kPassed) {
    if (const auto value = find_header(upstream, name)) {
      out.emplace_back(std::string(name), std::string(*value));
    }
  }
  for (const auto& [name, value] : upstream) {
    if (starts_with(name, kRateLimitPrefix) || starts_with(name, kPriorityPrefix)) {
      out.emplace_back(name, value);
    }
  }
  for (const Translation& row : kTranslations) {
    const auto value = find_header(upstream, row.anthropic);
    if (!value) continue;
    if (!row.is_reset) {
      out.emplace_back(std::string(row.openai), std::string(*value));
    } else if (const auto reset = parse_rfc3339(*value)) {
      out.emplace_back(std::string(row.openai), duration_text(*reset - now_unix_s));
    }
  }
  return out;
}

}  // namespace proxx
