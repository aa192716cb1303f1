#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/aws_credentials.h"
#include "upstream/upstream.h"

// AWS's Signature Version 4: a pure function of the request and the time.

namespace proxx {

/// What is signed for.
struct SigningScope {
  std::string_view region;
  std::string_view service;
};

/// The request as it is signed. Names of fields are in lower case and stand once; all that are here
/// are signed.
struct SignedRequest {
  std::string_view method;
  std::string_view path;  ///< as sent, with query; its segments are encoded once more
  HeaderList headers;     ///< `host` and `x-amz-date` among them
  std::string_view body;
};

/// `20261129T063000Z`
[[nodiscard]] std::string amz_date(int64_t unix_s);

/// The value of `Authorization`. `date` is that of `x-amz-date`.
[[nodiscard]] std::string sigv4_authorization(const SignedRequest& request,
                                              const AwsCredentials& credentials,
                                              const SigningScope& scope, std::string_view date);

/// Adds `x-amz-date`, `x-amz-security-token` and `Authorization` to a request for `host`. Signed
/// are these, `host`, `content-type` and `anthropic-*`: nothing that a proxy may touch on the way.
void sign(UpstreamRequest& request, std::string_view host, const AwsCredentials& credentials,
          const SigningScope& scope, int64_t now_unix_s);

}  // namespace proxx
