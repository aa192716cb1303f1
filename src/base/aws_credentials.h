#pragma once
#include <cstdint>
#include <string>

namespace proxx {

/// What a request to AWS is signed with.
struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;   ///< "" for keys that do not expire
  int64_t expires_unix_s = 0;  ///< 0: unknown
  [[nodiscard]] bool empty() const { return access_key_id.empty(); }
  friend bool operator==(const AwsCredentials&, const AwsCredentials&) = default;
};

}  // namespace proxx
