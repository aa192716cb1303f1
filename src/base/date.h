#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxx {

struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
};

/// Midnight UTC; 0 for the empty date (docs/protocol.md 4.1: epoch if unknown).
constexpr int64_t unix_seconds(Date date) {
  if (date.year == 0) return 0;
  // Days from civil, with years that begin in March: the leap day comes last.
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t era = year / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (era * 146097 + day_of_era - 719468) * 86400;
}
static_assert(unix_seconds({1970, 1, 1}) == 0);
static_assert(unix_seconds({2026, 11, 22}) == 1795305600);

/// `2026-11-22T18:00:00Z`; years 0 to 9999.
[[nodiscard]] std::string rfc3339(int64_t unix_s);
/// `Sun, 22 Nov 2026 18:00:00 GMT`: IMF-fixdate of RFC 9110, whatever the locale.
[[nodiscard]] std::string http_date(int64_t unix_s);
/// RFC 3339 in UTC, with or without a fraction, which does not count: `2026-11-22T18:00:00Z`.
[[nodiscard]] std::optional<int64_t> parse_rfc3339(std::string_view text);

}  // namespace proxx
