#include "mock/aws_signature.h"

#include <openssl/evp.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <map>
#include <sstream>
#include <vector>

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

namespace proxx::mock {
namespace {

constexpr int64_t kMaxSkewSeconds = 300;
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.";

std::string digest(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

/// RFC 2104, of SHA-256.
std::string keyed_digest(std::string key, const std::string& text) {
  constexpr size_t kBlock = 64;
  if (key.size() > kBlock) key = digest(key);
  key.resize(kBlock, '\0');
  std::string inner = key;
  std::string outer = key;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return digest(outer + digest(inner + text));
}

std::string hexadecimal(const std::string& bytes) {
  std::ostringstream out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out << "0123456789abcdef"[byte / 16] << "0123456789abcdef"[byte % 16];
  }
  return out.str();
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string uri_encode(const std::string& text, bool keeps_slash) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || (keeps_slash && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte / 16];
      out += "0123456789ABCDEF"[byte % 16];
    }
  }
  return out;
}

std::string uri_decode(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto is_digit = [&text](size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    if (text[i] == '%' && is_digit(i + 1) && is_digit(i + 2)) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) out.push_back(part);
  return out;
}

std::string sorted_query(const std::string& query) {
  std::multimap<std::string, std::string> pairs;
  for (const std::string& pair : split(query, '&')) {
    const size_t equals = pair.find('=');
    const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    pairs.emplace(uri_encode(uri_decode(pair.substr(0, equals)), false),
                  uri_encode(uri_decode(value), false));
  }
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string squeezed(std::string_view value) {
  std::istringstream in{std::string(value)};
  std::string out;
  for (std::string word; in >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// The value behind `name=` in an Authorization header.
std::string parameter(const std::string& authorization, const std::string& name) {
  const size_t at = authorization.find(name + '=');
  if (at == std::string::npos) return {};
  const size_t begin = at + name.size() + 1;
  return authorization.substr(begin, authorization.find_first_of(", ", begin) - begin);
}

std::optional<int64_t> time_of(const std::string& date) {
  std::tm time{};
  if (strptime(date.c_str(), "%Y%m%dT%H%M%SZ", &time) == nullptr) return std::nullopt;
  return static_cast<int64_t>(timegm(&time));
}

std::string stamp(int64_t unix_s) {
  const auto time = static_cast<time_t>(unix_s);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  return {text.data(), strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

std::string canonical(const http::Request& request, const std::string& names) {
  const size_t question = request.target.find('?');
  const std::string query =
      question == std::string::npos ? "" : request.target.substr(question + 1);
  std::string out = request.method + '\n' + uri_encode(request.target.substr(0, question), true) +
                    '\n' + sorted_query(query) + '\n';
  for (const std::string& name : split(names, ';')) {
    out += name + ':' + squeezed(request.header(name).value_or("")) + '\n';
  }
  return out + '\n' + names + '\n' + hexadecimal(digest(request.body));
}

}  // namespace

std::optional<std::string> check_signature(const http::Request& request, const AwsAccount& account,
                                           std::string_view service, int64_t now_unix_s) {
  const std::string authorization(request.header("authorization").value_or(""));
  const std::string date(request.header("x-amz-date").value_or(""));
  const std::string names = parameter(authorization, "SignedHeaders");
  const std::vector<std::string> scope = split(parameter(authorization, "Credential"), '/');
  if (scope.size() != 5) return "Authorization header requires 'Credential' parameter.";
  if (scope[0] != account.access_key_id) {
    return "The security token included in the request is invalid.";
  }
  if (scope[3] != service) {
    return "Credential should be scoped to correct service: '" + std::string(service) + "'.";
  }
  const auto signed_at = time_of(date);
  if (!signed_at || date.substr(0, 8) != scope[1]) return "Date in Credential scope does not match";
  if (now_unix_s - *signed_at > kMaxSkewSeconds) {
    return "Signature expired: " + date + " is now earlier than " +
           stamp(now_unix_s - kMaxSkewSeconds) + " (" + stamp(now_unix_s) + " - 5 min.)";
  }
  if (*signed_at - now_unix_s > kMaxSkewSeconds) {
    return "Signature not yet current: " + date + " is still later than " +
           stamp(now_unix_s + kMaxSkewSeconds) + " (" + stamp(now_unix_s) + " + 5 min.)";
  }
  if ((';' + names + ';').find(";host;") == std::string::npos) return kMismatch;
  std::string key = "AWS4" + account.secret_access_key;
  for (size_t part = 1; part < scope.size(); ++part) key = keyed_digest(key, scope[part]);
  const std::string text = "AWS4-HMAC-SHA256\n" + date + '\n' + scope[1] + '/' + scope[2] + '/' +
                           scope[3] + '/' + scope[4] + '\n' +
                           hexadecimal(digest(canonical(request, names)));
  if (hexadecimal(keyed_digest(key, text)) != parameter(authorization, "Signature")) {
    return kMismatch;
  }
  return std::nullopt;
}

}  // namespace proxx::mock
