#include "mock/wire_headers.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <utility>

namespace proxx::mock {
namespace {

constexpr std::pair<const char*, const char*> kRateLimits[] = {
    {"anthropic-ratelimit-requests-limit", "4000"},
    {"anthropic-ratelimit-requests-remaining", "3999"},
    {"anthropic-ratelimit-requests-reset", "2026-11-22T12:00:00Z"},
    {"anthropic-ratelimit-tokens-limit", "2000000"},
    {"anthropic-ratelimit-tokens-remaining", "1999000"},
    {"anthropic-ratelimit-tokens-reset", "2026-11-22T12:00:01Z"},
    {"anthropic-ratelimit-input-tokens-limit", "1600000"},
    {"anthropic-ratelimit-input-tokens-remaining", "1599000"},
    {"anthropic-ratelimit-input-tokens-reset", "2026-11-22T12:00:01Z"},
    {"anthropic-ratelimit-output-tokens-limit", "400000"},
    {"anthropic-ratelimit-output-tokens-remaining", "400000"},
    {"anthropic-ratelimit-output-tokens-reset", "2026-11-22T12:00:00Z"},
};

void append_le(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

}  // namespace

std::string request_id(uint64_t number) {
  constexpr size_t kDigits = 8;
  const std::string digits = std::to_string(number);
  return "req_mock_" + std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

http::HeaderList answer_headers(std::string content_type, uint64_t number, bool good) {
  http::HeaderList out{{"content-type", std::move(content_type)},
                       {"request-id", request_id(number)},
                       {"anthropic-organization-id", "00000000-0000-4000-8000-000000000000"}};
  if (good) out.insert(out.end(), std::begin(kRateLimits), std::end(kRateLimits));
  return out;
}

std::string gzip_stored(const std::string& body) {
  constexpr size_t kMaxStored = 0xffff;  // RFC 1951 3.2.4: the length has 16 bits
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  size_t at = 0;
  do {
    const size_t size = std::min(kMaxStored, body.size() - at);
    out += static_cast<char>(at + size == body.size());
    append_le(out, static_cast<uint32_t>(size), 2);
    append_le(out, static_cast<uint32_t>(~size), 2);
    out.append(body, at, size);
    at += size;
  } while (at < body.size());
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  append_le(out, crc.checksum(), 4);
  append_le(out, static_cast<uint32_t>(body.size()), 4);
  return out;
}

}  // namespace proxx::mock
