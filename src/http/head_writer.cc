#include "http/head_writer.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "base/ascii.h"
#include "http/guard.h"

namespace proxx::http {
namespace {

constexpr std::array<std::string_view, 5> kOwnHeaders = {"connection", "content-length", "date",
                                                         "keep-alive", "transfer-encoding"};

bool is_own(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [name](std::string_view own) { return same_word(own, name); });
}

void write_field(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ");
  std::transform(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return is_field_control(c) ? ' ' : c; });
  out.append("\r\n");
}

/// IMF-fixdate of RFC 9110; strftime would follow the locale.
void write_date(std::int64_t unix_s, std::string& out) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_s;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  out.append(text.data());
}

}  // namespace

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void write_head(int status, const HeaderList& headers, const Framing& framing, std::int64_t unix_s,
                std::string& out) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (is_token(name) && !is_own(name)) write_field(name, value, out);
  }
  if (framing.content_length)
    write_field("content-length", std::to_string(*framing.content_length), out);
  if (framing.chunked) write_field("transfer-encoding", "chunked", out);
  if (!framing.connection.empty()) write_field("connection", framing.connection, out);
  write_date(unix_s, out);
  out.append("\r\n");
}

void write_chunk(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  std::array<char, 2 * sizeof(size_t)> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), bytes.size(), 16).ptr;
  if (out.empty()) out.reserve(hex.size() + bytes.size() + 4);
  out.append(hex.data(), end).append("\r\n").append(bytes).append("\r\n");
}

void write_last_chunk(std::string& out) {
  out.append("0\r\n\r\n");
}

}  // namespace proxx::http
