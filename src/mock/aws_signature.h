#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace proxx::mock {

/// The other side of Signature Version 4, written from its description and not from the signer.
struct AwsAccount {
  std::string access_key_id;
  std::string secret_access_key;
};

/// What AWS says against a signed request, in its words; nothing if the signature is right.
/// `service`: the only one that may be signed for. `now_unix_s`: five minutes off are refused.
[[nodiscard]] std::optional<std::string> check_signature(const http::Request& request,
                                                         const AwsAccount& account,
                                                         std::string_view service,
                                                         int64_t now_unix_s);

}  // namespace proxx::mock
