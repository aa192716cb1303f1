#include "http/head_writer.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "base/ascii.h"
#include "base/date.h"
#include "http/guard.h"

namespace proxx::http {
namespace {

constexpr std::array<std::string_view, 4> kOwnHeaders = {"connection", "content-length",
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
  bool dated = false;
  for (const auto& [name, value] : headers) {
    if (is_token(name) && !is_own(name)) write_field(name, value, out);
    dated = dated || same_word(name, "date");
  }
  if (framing.content_length)
    write_field("content-length", std::to_string(*framing.content_length), out);
  if (framing.chunked) write_field("transfer-encoding", "chunked", out);
  if (!framing.connection.empty()) write_field("connection", framing.connection, out);
  if (!dated) write_field("date", http_date(unix_s), out);
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
