#include <algorithm>
#include <cctype>

#include "openai/chat/fields.h"

// Who is asking: safety_identifier, user, metadata (wire.md 1.3, 6.1).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

bool looks_like_address(std::string_view id) {
  const auto at = id.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const auto dot = id.find('.', at);
  return dot != std::string_view::npos && dot > at + 1 && dot + 1 < id.size();
}

/// Digits with a plus or separators; digits alone are a number that some database gave.
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

/// What the upstream refuses is left out (wire.md 1.3). No hash stands in: one of a phone number
/// can be counted through in minutes.
void set_user_id(Conversion& c, Reader field, std::string id) {
  constexpr size_t kMaxUserId = 256;  // characters, wire.md 1.3
  if (code_points(id) > kMaxUserId) {
    c.notices.drop(field, "longer than 256 characters");
  } else if (looks_like_address(id) || looks_like_phone_number(id)) {
    c.notices.drop(field, "shaped like an address or a phone number");
  } else {
    c.user_id = std::move(id);
  }
}

}  // namespace

/// safety_identifier and user: the first that says something; `metadata` stands behind them.
Status convert_user(Conversion& c, Reader field) {
  PROXX_ASSIGN(std::string id, field.string());
  if (id.empty()) return {};
  if (c.user_id.empty()) {
    set_user_id(c, field, std::move(id));
  } else if (id != c.in["safety_identifier"].string_or("")) {
    c.notices.drop(field, "safety_identifier is sent as metadata.user_id");
  }
  return {};
}

Status convert_metadata(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  for (const json::Member& member : field.members()) {
    if (member.value.is_null()) continue;
    PROXX_ASSIGN(std::string value, member.value.string());
    if (member.key() != "user_id") {
      c.notices.drop(member.value, "labels do not exist upstream");
    } else if (!c.user_id.empty()) {
      c.notices.drop(member.value, "user or safety_identifier is sent as metadata.user_id");
    } else if (!value.empty()) {
      set_user_id(c, member.value, std::move(value));
    }
  }
  return {};
}

}  // namespace proxx::request
