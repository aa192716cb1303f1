#include "openai/responses/sealed.h"

#include <array>
#include <cstdint>

namespace proxx::openai::responses {
namespace {

constexpr std::string_view kAnyVersion = "proxx";
constexpr std::string_view kPrefix = "proxx1.";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kChecksumDigits = 8;

constexpr int8_t kNoDigit = -1;
constexpr auto kValues = [] {
  std::array<int8_t, 256> values{};
  values.fill(kNoDigit);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return values;
}();

/// FNV-1a of 32 bits as hexadecimal digits.
std::string checksum(std::string_view text) {
  uint32_t hash = 0x811c9dc5;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x01000193;
  }
  std::string digits(kChecksumDigits, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, hash >>= 4) {
    *digit = "0123456789abcdef"[hash & 15];
  }
  return digits;
}

void append_base64url(std::string& out, std::string_view text) {
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out.push_back(kAlphabet[(bits >> (count - 6)) & 63]);
  }
  if (count > 0) out.push_back(kAlphabet[(bits << (6 - count)) & 63]);
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNoDigit) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>((bits >> count) & 0xFF));
    }
  }
  return out;
}

}  // namespace

std::string seal(std::string_view blocks_json) {
  std::string out(kPrefix);
  out.reserve(kPrefix.size() + kChecksumDigits + 1 + blocks_json.size() / 3 * 4 + 4);
  out.append(checksum(blocks_json)).push_back('.');
  append_base64url(out, blocks_json);
  return out;
}

Unsealed unseal(std::string_view encrypted_content) {
  if (encrypted_content.substr(0, kAnyVersion.size()) != kAnyVersion) return {};
  const auto damaged = [] { return Unsealed{SealState::damaged, {}}; };
  if (encrypted_content.substr(0, kPrefix.size()) != kPrefix) return damaged();
  encrypted_content.remove_prefix(kPrefix.size());
  if (encrypted_content.size() / 4 * 3 > kMaxSealedBytes + kChecksumDigits) return damaged();
  const size_t dot = encrypted_content.find('.');
  if (dot != kChecksumDigits) return damaged();
  std::optional<std::string> payload = decode_base64url(encrypted_content.substr(dot + 1));
  if (!payload || payload->size() > kMaxSealedBytes) return damaged();
  if (checksum(*payload) != encrypted_content.substr(0, dot)) return damaged();
  return {SealState::good, std::move(*payload)};
}

}  // namespace proxx::openai::responses
