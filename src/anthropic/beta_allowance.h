#pragma once
#include <cstddef>
#include <string_view>

namespace proxx {

/// How many `anthropic-beta` values a request may bring. They all go into one header line, whose
/// length the upstream and the proxies before it limit. One allowance is for all lists in a
/// request's body, another for all `anthropic-beta` lines of its head.
class BetaAllowance {
 public:
  static constexpr size_t kMaxValues = 64;
  static constexpr size_t kMaxBytes = size_t{4} << 10;
  /// The error for both.
  static constexpr const char* kExceeded = "more than 64 betas, or more than 4 KiB of them";

  /// Counts one value; a repeated one counts again. False from the first value over the limit.
  [[nodiscard]] bool take(std::string_view value) {
    ++values_;
    bytes_ += value.size();
    return values_ <= kMaxValues && bytes_ <= kMaxBytes;
  }

 private:
  size_t values_ = 0;
  size_t bytes_ = 0;
};

}  // namespace proxx
