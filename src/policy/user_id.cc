#include "policy/user_id.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace proxx::policy {
namespace {

bool looks_like_address(std::string_view id) {
  const auto at = id.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const auto dot = id.find('.', at);
  return dot != std::string_view::npos && dot > at + 1 && dot + 1 < id.size();
}

/// Digits with a plus or separators. Digits alone are an id from a database.
bool looks_like_phone_number(std::string_view id) {
  size_t digits = 0;
  for (const char c : id) {
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      ++digits;
    } else if (std::string_view("+-. ()/").find(c) == std::string_view::npos) {
      return false;
    }
  }
  constexpr size_t kShortestPhone = 7;
  constexpr size_t kLongestPhone = 15;  // E.164
  return digits < id.size() && digits >= kShortestPhone && digits <= kLongestPhone;
}

size_t code_points(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

const char* why_no_user_id(std::string_view id) {
  constexpr size_t kMaxUserId = 256;  // characters, docs/protocol.md 1.3
  if (code_points(id) > kMaxUserId) return "longer than 256 characters";
  if (looks_like_address(id) || looks_like_phone_number(id)) {
    return "shaped like an address or a phone number";
  }
  return nullptr;
}

}  // namespace proxx::policy
