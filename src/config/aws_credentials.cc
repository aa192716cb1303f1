#include "config/aws_credentials.h"

#include <algorithm>
#include <string>

#include "base/date.h"
#include "json/reader.h"
#include "json/text.h"

namespace proxx {
namespace {

constexpr const char* kAccessKey = "AWS_ACCESS_KEY_ID";
constexpr const char* kSecretKey = "AWS_SECRET_ACCESS_KEY";
constexpr const char* kToken = "AWS_SESSION_TOKEN";

tl::unexpected<Error> no(std::string_view source, std::string_view why) {
  return err(ErrorKind::usage, std::string(source).append(": ").append(why));
}

bool is_key(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Status check(const AwsCredentials& keys, std::string_view source) {
  if (keys.access_key_id.find('/') != std::string::npos) {
    return no(source, "the access key id holds a '/'");
  }
  if (!is_key(keys.access_key_id) || !is_key(keys.secret_access_key) ||
      !is_key(keys.session_token)) {
    return no(source, "holds a byte that no key has (a space, a control or a non-ASCII character)");
  }
  return {};
}

}  // namespace

Result<AwsCredentials> parse_aws_credentials(std::string_view json, std::string_view source) {
  json::Document document;
  if (!document.parse(json) || !document.root().is_object()) {
    return no(source, "expected the JSON of: aws configure export-credentials --format process");
  }
  const json::Reader inner = document.root().optional("Credentials");
  const json::Reader keys = inner ? inner : document.root();
  AwsCredentials out;
  out.access_key_id = keys.get("AccessKeyId").string_or("");
  out.secret_access_key = keys.get("SecretAccessKey").string_or("");
  out.session_token = keys.get("SessionToken").string_or("");
  if (out.access_key_id.empty() || out.secret_access_key.empty()) {
    return no(source, "has no AccessKeyId and SecretAccessKey");
  }
  PROXX_TRY(check(out, source));
  const json::Reader expiration = keys.optional("Expiration");
  if (!expiration) return out;
  // The command line of AWS writes +00:00.
  std::string time = expiration.string_or("");
  constexpr std::string_view kUtc = "+00:00";
  if (time.ends_with(kUtc)) time.replace(time.size() - kUtc.size(), kUtc.size(), "Z");
  const auto expires = parse_rfc3339(time);
  if (!expires) return no(source, "Expiration is no time such as 2026-11-29T12:00:00Z");
  out.expires_unix_s = *expires;
  return out;
}

Result<AwsCredentials> aws_credentials_of(const GetEnv& getenv) {
  AwsCredentials out;
  out.access_key_id = variable_or_empty(getenv, kAccessKey);
  out.secret_access_key = variable_or_empty(getenv, kSecretKey);
  out.session_token = variable_or_empty(getenv, kToken);
  if (out.access_key_id.empty() != out.secret_access_key.empty()) {
    return no(
        out.access_key_id.empty() ? kSecretKey : kAccessKey,
        std::string("is set without ") + (out.access_key_id.empty() ? kAccessKey : kSecretKey));
  }
  if (out.access_key_id.empty()) return AwsCredentials{};
  PROXX_TRY(check(out, kAccessKey));
  return out;
}

}  // namespace proxx
