#include "http/guard.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/ascii.h"
#include "http/body_decoder.h"

namespace proxx::http {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

bool is_host_char(char c) {
  return is_digit(c) || is_letter(c) || is_one_of(c, "-._~!$&'()*+,;=%");
}

template <class Predicate>
bool every(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

std::optional<Refusal> check_host(const Request& head) {
  const size_t count = head.count("host");
  if (count > 1) return Refusal{400, "more than one host header"};
  if (count == 0) {
    if (head.version_minor == 0) return std::nullopt;
    return Refusal{400, "no host header"};
  }
  if (!is_host(*head.header("host"))) return Refusal{400, "malformed host header"};
  return std::nullopt;
}

std::optional<Refusal> check_transfer_encoding(const Request& head) {
  const size_t count = head.count("transfer-encoding");
  if (count == 0) return std::nullopt;
  if (head.version_minor == 0) return Refusal{400, "transfer-encoding in an HTTP/1.0 request"};
  if (count > 1) return Refusal{400, "more than one transfer-encoding header"};
  if (head.count("content-length") > 0)
    return Refusal{400, "both content-length and transfer-encoding"};
  if (!same_word(*head.header("transfer-encoding"), "chunked"))
    return Refusal{501, "a transfer-encoding other than chunked"};
  return std::nullopt;
}

std::optional<Refusal> check_content_length(const Request& head, const Limits& limits) {
  const size_t count = head.count("content-length");
  if (count == 0) return std::nullopt;
  if (count > 1) return Refusal{400, "more than one content-length header"};
  const std::string_view value = *head.header("content-length");
  if (value.empty() || !every(value, is_digit)) return Refusal{400, "malformed content-length"};
  size_t length = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
  if (parsed.ec != std::errc{}) return Refusal{400, "malformed content-length"};
  if (length > limits.max_body_bytes) return Refusal{413, "the request body is too large"};
  return std::nullopt;
}

std::optional<Refusal> check_expect(const Request& head) {
  if (head.version_minor == 0) return std::nullopt;
  for (const auto& [name, value] : head.headers) {
    if (same_word(name, "expect") && !same_word(value, "100-continue"))
      return Refusal{417, "an expectation other than 100-continue"};
  }
  return std::nullopt;
}

}  // namespace

bool is_host(std::string_view value) {
  std::string_view port;
  if (value.substr(0, 1) == "[") {
    const size_t end = value.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view address = value.substr(1, end - 1);
    if (address.empty() ||
        !every(address, [](char c) { return is_hex(c) || c == ':' || c == '.'; }))
      return false;
    port = value.substr(end + 1);
  } else {
    const size_t colon = std::min(value.find(':'), value.size());
    if (colon == 0 || !every(value.substr(0, colon), is_host_char)) return false;
    port = value.substr(colon);
  }
  return port.empty() || (port[0] == ':' && port.size() <= 6 && every(port.substr(1), is_digit));
}

std::optional<Refusal> HeadGuard::check_byte(std::string_view bytes) const {
  const bool request_line = lines_ == 0;
  const std::string_view line = bytes.substr(line_start_, scanned_ - line_start_);
  if (scanned_ >= limits_.max_header_bytes) return Refusal{431, "the header section is too large"};
  if (line.size() >= limits_.max_header_line_bytes) {
    if (request_line && line.find(' ') != std::string_view::npos)
      return Refusal{414, "the request target is too long"};
    return Refusal{431, "a header line is too long"};
  }
  const char c = bytes[scanned_];
  const bool after_cr = !line.empty() && line.back() == '\r';
  if (after_cr != (c == '\n')) return Refusal{400, "a line that does not end in CR LF"};
  if (is_control(c) && c != '\r' && c != '\n' && (c != '\t' || request_line))
    return Refusal{400, "a control character in the header section"};
  // A TLS ClientHello or other noise is told so at once, not when the header time is over.
  if (request_line && line.empty() && !is_token_char(c)) return Refusal{400, "not HTTP"};
  return std::nullopt;
}

std::optional<Refusal> HeadGuard::check_line(std::string_view line) {
  if (lines_++ == 0) return std::nullopt;  // Beast parses the request line strictly
  if (lines_ - 1 > limits_.max_header_fields) return Refusal{431, "too many header fields"};
  if (line[0] == ' ' || line[0] == '\t') return Refusal{400, "a folded header line"};
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return Refusal{400, "a malformed header name"};
  return std::nullopt;
}

/// Goes over what check_byte() has nothing to say about: within the limits, inside a line, no
/// control byte.
void HeadGuard::skip_plain(std::string_view bytes) {
  if (scanned_ == line_start_ || bytes[scanned_ - 1] == '\r') return;
  const size_t end = std::min(
      {bytes.size(), limits_.max_header_bytes, line_start_ + limits_.max_header_line_bytes});
  while (scanned_ < end && !is_control(bytes[scanned_])) ++scanned_;
}

tl::expected<size_t, Refusal> HeadGuard::scan(std::string_view bytes) {
  for (; scanned_ < bytes.size(); ++scanned_) {
    skip_plain(bytes);
    if (scanned_ == bytes.size()) break;
    if (const auto refusal = check_byte(bytes)) return tl::unexpected<Refusal>(*refusal);
    if (bytes[scanned_] != '\n') continue;
    const std::string_view line = bytes.substr(line_start_, scanned_ - 1 - line_start_);
    line_start_ = scanned_ + 1;
    if (line.empty()) return line_start_;
    if (const auto refusal = check_line(line)) return tl::unexpected<Refusal>(*refusal);
  }
  return size_t{0};
}

std::optional<Refusal> check_head(const Request& head, const Limits& limits) {
  if (std::find(kMethods.begin(), kMethods.end(), head.method) == kMethods.end())
    return Refusal{501, "an unknown method"};
  if (const auto refusal = check_host(head)) return refusal;
  if (const auto refusal = check_transfer_encoding(head)) return refusal;
  if (const auto refusal = check_content_length(head, limits)) return refusal;
  if (const auto refusal = check_expect(head)) return refusal;
  const auto coding = content_coding(head);
  return coding ? std::nullopt : std::optional(coding.error());
}

}  // namespace proxx::http
