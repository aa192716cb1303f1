#include "base/date.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr std::string_view kForm = "0000-00-00T00:00:00";

}  // namespace

std::string rfc3339(int64_t unix_s) {
  constexpr int64_t kDayS = 86400;
  const int64_t second = (unix_s % kDayS + kDayS) % kDayS;
  // Civil from days, the way back of unix_seconds().
  const int64_t days = (unix_s - second) / kDayS + 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", static_cast<int>(year),
                static_cast<int>(month), static_cast<int>(day), static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  return text.data();
}

std::string http_date(int64_t unix_s) {
  constexpr std::array kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // of 1970-01-01
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr int64_t kDayS = 86400;
  const int64_t week_s = kDayS * static_cast<int64_t>(kDays.size());
  const auto day = static_cast<size_t>((unix_s % week_s + week_s) % week_s / kDayS);
  const std::string iso = rfc3339(unix_s);
  const auto month = static_cast<size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  std::string out = kDays.at(day);
  out.append(", ").append(iso, 8, 2).append(" ").append(kMonths.at(month)).append(" ");
  return out.append(iso, 0, 4).append(" ").append(iso, 11, 8).append(" GMT");
}

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  const auto fits = [](char c, char form) { return form == '0' ? is_digit(c) : c == form; };
  if (text.size() <= kForm.size() || text.back() != 'Z') return std::nullopt;
  if (!std::equal(kForm.begin(), kForm.end(), text.begin(),
                  [&](char form, char c) { return fits(c, form); })) {
    return std::nullopt;
  }
  const auto fraction = text.substr(kForm.size(), text.size() - kForm.size() - 1);
  if (!fraction.empty() &&
      (fraction[0] != '.' || !std::all_of(fraction.begin() + 1, fraction.end(), is_digit))) {
    return std::nullopt;
  }
  const auto number = [&](size_t at, size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  const Date date{number(0, 4), number(5, 2), number(8, 2)};
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return std::nullopt;
  const int seconds = number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
  return unix_seconds(date) + seconds;
}

}  // namespace proxx
