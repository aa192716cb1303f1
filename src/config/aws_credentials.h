#pragma once
#include <string_view>

#include "base/aws_credentials.h"
#include "base/result.h"
#include "config/config_file.h"

namespace proxx {

/// What `aws configure export-credentials --format process` prints: `{"Version":1,"AccessKeyId",
/// "SecretAccessKey","SessionToken","Expiration"}`, or the same members in `{"Credentials":{}}`, as
/// `aws sts assume-role` prints. Errors: `usage`, `SOURCE: why`, never holding a value.
[[nodiscard]] Result<AwsCredentials> parse_aws_credentials(std::string_view json,
                                                           std::string_view source);

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; empty without the first two.
/// Errors: `usage` for one without the other, or a value that no key has.
[[nodiscard]] Result<AwsCredentials> aws_credentials_of(const GetEnv& getenv);

}  // namespace proxx
