#include "upstream/sigv4.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/date.h"
#include "upstream/sha256.h"

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

namespace proxx {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr size_t kDayBytes = 8;

std::string_view text_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// What is before the first `mark`, and what is behind it.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// Pairs sorted by name, then value, as they are encoded.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto part = [](std::string_view text) { return percent_encoded(percent_decoded(text)); };
  while (!query.empty()) {
    const auto [pair, rest] = cut(query, '&');
    const auto [name, value] = cut(pair, '=');
    pairs.emplace_back(part(name), part(value));
    query = rest;
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return out;
}

/// Without white space around it, and with one blank for several.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string signed_names(const HeaderList& sorted) {
  std::string out;
  for (const auto& [name, value] : sorted) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

std::string canonical_request(const SignedRequest& request, const HeaderList& sorted) {
  const auto [path, query] = cut(request.path, '?');
  std::string out(request.method);
  out += '\n' + percent_encoded(path, "/") + '\n' + canonical_query(query) + '\n';
  for (const auto& [name, value] : sorted) {
    out.append(name).append(":").append(canonical_value(value)).append("\n");
  }
  return out + '\n' + signed_names(sorted) + '\n' + hex_of(sha256(request.body));
}

bool is_signed(std::string_view name) {
  return name == "content-type" || name.starts_with("anthropic-");
}

}  // namespace

std::string amz_date(int64_t unix_s) {
  std::string out = rfc3339(unix_s);
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out;
}

std::string sigv4_authorization(const SignedRequest& request, const AwsCredentials& credentials,
                                const SigningScope& scope, std::string_view date) {
  HeaderList sorted = request.headers;
  std::sort(sorted.begin(), sorted.end());
  const std::string_view day = date.substr(0, kDayBytes);
  std::string place(day);
  place.append("/").append(scope.region).append("/").append(scope.service).append("/aws4_request");

  std::string to_sign(kAlgorithm);
  to_sign.append("\n").append(date).append("\n").append(place).append("\n");
  to_sign += hex_of(sha256(canonical_request(request, sorted)));

  Sha256 key = hmac_sha256("AWS4" + credentials.secret_access_key, day);
  for (const std::string_view part :
       {scope.region, scope.service, std::string_view("aws4_request")})
    key = hmac_sha256(text_of(key), part);
  std::string out(kAlgorithm);
  out.append(" Credential=").append(credentials.access_key_id).append("/").append(place);
  out.append(", SignedHeaders=").append(signed_names(sorted));
  return out.append(", Signature=").append(hex_of(hmac_sha256(text_of(key), to_sign)));
}

void sign(UpstreamRequest& request, std::string_view host, const AwsCredentials& credentials,
          const SigningScope& scope, int64_t now_unix_s) {
  const std::string date = amz_date(now_unix_s);
  SignedRequest what{request.method, request.path, {}, request.body};
  for (const auto& [name, value] : request.headers) {
    if (std::string lowered = lower(name); is_signed(lowered)) {
      what.headers.emplace_back(std::move(lowered), value);
    }
  }
  const auto add = [&](const char* name, const std::string& value) {
    what.headers.emplace_back(name, value);
    request.headers.emplace_back(name, value);
  };
  what.headers.emplace_back("host", host);
  add("x-amz-date", date);
  if (!credentials.session_token.empty()) {
    add("x-amz-security-token", credentials.session_token);
  }
  request.headers.emplace_back("Authorization",
                               sigv4_authorization(what, credentials, scope, date));
}

}  // namespace proxx
