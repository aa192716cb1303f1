#pragma once
#include <string_view>

namespace proxx::policy {

/// Why `id` is not sent as metadata.user_id; nullptr if it is. The upstream refuses more than 256
/// characters and what looks like personal data (docs/protocol.md 1.3). No hash replaces such an
/// id: all phone numbers can be hashed and compared within minutes.
[[nodiscard]] const char* why_no_user_id(std::string_view id);

}  // namespace proxx::policy
