#include "server/client_keys.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "config/small_file.h"
#include "http/guard.h"
#include "server/guards.h"

namespace proxx::server {
namespace {

/// Longer than any key; the header line limit would allow nearly twice that.
constexpr size_t kMaxKeyBytes = 4096;
constexpr size_t kMaxAuthFileBytes = size_t{1} << 20;
constexpr std::string_view kBearer = "Bearer ";

tl::unexpected<Error> unauthorized(std::string message) {
  return err(ErrorKind::unauthorized, std::move(message));
}

/// A percent sign stands in no key, only in one that was URL-encoded by mistake or on purpose.
bool is_key(std::string_view text) {
  return text.size() <= kMaxKeyBytes && check_key(text).has_value() &&
         text.find('%') == std::string_view::npos;
}

Result<std::string> bearer_key(std::string_view authorization) {
  if (!same_word(authorization.substr(0, kBearer.size()), kBearer)) {
    return unauthorized("the Authorization header must be `Bearer` and a key");
  }
  authorization.remove_prefix(kBearer.size());
  if (!is_key(authorization))
    return unauthorized("the key in the Authorization header is malformed");
  return std::string(authorization);
}

/// Headers that hold a key and nothing else: Anthropic's clients send the first, Azure's the
/// second.
constexpr std::array<std::string_view, 2> kKeyHeaders = {"x-api-key", "api-key"};

/// The client's key, or nothing if it sent none.
Result<std::optional<std::string>> client_key(const http::Request& request) {
  if (request.count("authorization") > 1) {
    return err(ErrorKind::invalid_request, "more than one key was sent");
  }
  std::optional<std::string> key;
  std::string from = "Authorization";
  if (const auto authorization = request.header("authorization")) {
    PROXX_ASSIGN(key, bearer_key(*authorization));
  }
  for (const std::string_view name : kKeyHeaders) {
    if (request.count(name) > 1) {
      return err(ErrorKind::invalid_request, "more than one key was sent");
    }
    const auto header = request.header(name);
    if (!header) continue;
    if (!is_key(*header)) {
      return unauthorized("the key in the " + std::string(name) + " header is malformed");
    }
    if (key && *key != *header) {
      return err(ErrorKind::invalid_request,
                 from + " and " + std::string(name) + " hold different keys");
    }
    key = std::string(*header);
    from = std::string(name);
  }
  return key;
}

bool is_accepted(std::string_view key, const std::vector<std::string>& accepted) {
  bool found = false;
  for (const std::string& one : accepted) {
    if (equal_in_constant_time(key, one)) found = true;
  }
  return found;
}

}  // namespace

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

Secrets secrets_held(const KeyRules& rules, const HeaderOptions& headers) {
  Secrets secrets = secrets_in(headers.extra);
  secrets.insert(secrets.end(), rules.hidden.begin(), rules.hidden.end());
  return secrets_of_call(rules.own, secrets);
}

Status check_client_key(const http::Request& request, const KeyRules& rules) {
  if (rules.accepted.empty()) {
    if (rules.client_key == ClientKey::ignore) return {};
    // Nobody asks for a key here; two that differ are a slip wherever they go.
    const auto sent = client_key(request);
    const bool differ = !sent && sent.error().kind == ErrorKind::invalid_request;
    return differ ? Status(err(sent.error())) : Status();
  }
  PROXX_ASSIGN(const std::optional<std::string> key, client_key(request));
  if (!key) return unauthorized("this server asks for a key: Authorization: Bearer KEY");
  if (!is_accepted(*key, rules.accepted)) return unauthorized("this key is not accepted here");
  return {};
}

Result<Credential> credential_for(const http::Request& request, const KeyRules& rules) {
  if (!rules.accepted.empty()) PROXX_TRY(check_client_key(request, rules));
  return admitted_credential(request, rules);
}

Result<Credential> admitted_credential(const http::Request& request, const KeyRules& rules) {
  if (!rules.accepted.empty()) return rules.own;
  if (rules.client_key == ClientKey::forward) {
    PROXX_ASSIGN(std::optional<std::string> key, client_key(request));
    if (key) return Credential{std::move(*key), {}};
  }
  if (rules.own.empty()) {
    return unauthorized(
        "no key was sent, and the server has none: " +
        (rules.own_missing.empty() ? "Authorization: Bearer KEY" : rules.own_missing));
  }
  return rules.own;
}

std::string presented_key(const http::Request& request) {
  if (auto key = client_key(request)) return std::move(*key).value_or("");
  // Nobody looks at such headers under `client_key: ignore`; they tell clients apart all the same.
  std::string all;
  for (const auto& [name, value] : request.headers) {
    const bool is_key_header =
        same_word(name, "authorization") ||
        std::any_of(kKeyHeaders.begin(), kKeyHeaders.end(),
                    [&name = name](std::string_view header) { return same_word(name, header); });
    if (is_key_header) all.append("\n").append(value);
  }
  return all;
}

Result<std::vector<std::string>> parse_auth_file(std::string_view text) {
  std::vector<std::string> keys;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!is_key(line)) {
      return err(ErrorKind::usage, "line " + std::to_string(number) + ": not a key");
    }
    keys.emplace_back(line);
  }
  if (keys.empty()) return err(ErrorKind::usage, "no key in it");
  return keys;
}

Result<std::vector<std::string>> read_auth_file(const std::string& path) {
  const auto named = [](Error error) {
    error.message.insert(0, "auth_file ");
    return error;
  };
  PROXX_ASSIGN(const SmallFile file,
               read_small_file(path, kMaxAuthFileBytes, PipeAllowed::yes).map_error(named));
  auto keys = parse_auth_file(file.text);
  if (!keys)
    return err(named(Error(ErrorKind::usage, shown_whole(path) + ": " + keys.error().message)));
  return keys;
}

Status check_exposure(const http::ListenOptions& listen, const KeyRules& rules) {
  const bool local = !listen.unix_path.empty() || is_loopback(listen.host);
  if (rules.own.empty()) {
    if (!rules.accepted.empty()) {
      return err(ErrorKind::usage, "auth_file needs a key of the server's own to send upstream");
    }
    if (rules.client_key == ClientKey::ignore) {
      return err(ErrorKind::usage, "client_key: ignore needs a key of the server's own");
    }
    return {};
  }
  if (!local && rules.accepted.empty() && rules.own_is_secret) {
    return err(ErrorKind::usage,
               "a server that holds a key and listens on " + shown(listen.host) +
                   " needs --auth-file FILE (a key a line, for its clients), else anyone there "
                   "could use the server's own");
  }
  return {};
}

}  // namespace proxx::server
