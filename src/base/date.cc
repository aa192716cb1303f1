#include "base/date.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr std::string_view kForm = "0000-00-00T00:00:00";

}  // namespace

std::string rfc3339(int64_t unix_s) {
  const std::time_t time = unix_s;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return text.data();
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
