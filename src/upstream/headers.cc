#include "upstream/headers.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <set>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr std::string_view kClaudeCliVersion = "2.1.330";

// What Claude Code 2.1.330 sends besides (docs/protocol.md 7).
constexpr std::pair<const char*, const char*> kClaudeCodeFields[] = {
    {"x-app", "cli"},
    {"anthropic-dangerous-direct-browser-access", "true"},
    {"X-Stainless-Lang", "js"},
    {"X-Stainless-Package-Version", "0.128.0"},
    {"X-Stainless-OS", "Linux"},
    {"X-Stainless-Arch", "x64"},
    {"X-Stainless-Runtime", "node"},
    {"X-Stainless-Runtime-Version", "v26.12.1"},
    {"X-Stainless-Timeout", "600"},
};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void set_field(HeaderList& headers, std::string_view name, std::string value) {
  for (auto& field : headers) {
    if (!same_word(field.first, name)) continue;
    field.second = std::move(value);
    return;
  }
  headers.emplace_back(name, std::move(value));
}

/// The values of an anthropic-beta list, each once.
class BetaList {
 public:
  void join(std::string_view list) {
    while (!list.empty()) {
      const auto comma = list.find(',');
      add(trim(list.substr(0, comma)));
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string_view beta : betas_) out.append(out.empty() ? "" : ",").append(beta);
    return out;
  }

 private:
  void add(std::string_view beta) {
    if (!beta.empty() && known_.insert(beta).second) betas_.push_back(beta);
  }
  std::vector<std::string_view> betas_;
  std::set<std::string_view> known_;
};

HeaderList profile_fields(const HeaderOptions& options, int retries_done) {
  if (options.profile == HeaderProfile::plain)
    return {{"User-Agent", "proxx/" PROXX_VERSION}, {"Accept", "application/json"}};
  const std::string version = options.claude_cli_version.empty() ? std::string(kClaudeCliVersion)
                                                                 : options.claude_cli_version;
  HeaderList headers{{"User-Agent", "claude-cli/" + version + " (external, cli)"},
                     {"Accept", "application/json"}};
  headers.reserve(24);
  for (const auto& [name, value] : kClaudeCodeFields) headers.emplace_back(name, value);
  headers.emplace_back("X-Stainless-Retry-Count", std::to_string(retries_done));
  if (!options.session_id.empty())
    headers.emplace_back("X-Claude-Code-Session-Id", options.session_id);
  return headers;
}

}  // namespace

HeaderList upstream_headers(const HeaderOptions& options, const Credential& credential,
                            const RequestHeaders& request) {
  HeaderList headers = profile_fields(options, request.retries_done);
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("anthropic-version", options.anthropic_version);
  if (!credential.api_key.empty()) headers.emplace_back("x-api-key", credential.api_key);
  if (!credential.auth_token.empty())
    headers.emplace_back("Authorization", "Bearer " + credential.auth_token);

  BetaList betas;
  for (const std::string& list : request.betas) betas.join(list);
  for (const auto& [name, value] : options.extra) {
    if (same_word(name, "anthropic-beta"))
      betas.join(value);
    else
      set_field(headers, name, value);
  }
  if (std::string list = betas.text(); !list.empty())
    headers.emplace_back("anthropic-beta", std::move(list));
  if (!request.anthropic_version.empty())
    set_field(headers, "anthropic-version", request.anthropic_version);
  return headers;
}

Secrets secrets_of_call(const Credential& credential, const Secrets& holds) {
  Secrets secrets = secrets_in({{"x-api-key", credential.api_key},
                                {"authorization", "Bearer " + credential.auth_token},
                                {"authorization", "Bearer " + credential.aws.secret_access_key},
                                {"authorization", "Bearer " + credential.aws.session_token}});
  for (const std::string& one : holds) {
    if (std::find(secrets.begin(), secrets.end(), one) == secrets.end()) secrets.push_back(one);
  }
  return secrets;
}

Status check_key(std::string_view key) {
  const bool clean =
      std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!key.empty() && clean) return {};
  return err(ErrorKind::unauthorized,
             key.empty() ? "the API key is empty"
                         : "the API key holds a space, a control character or one beyond ASCII");
}

std::string make_session_id() {
  return to_string(boost::uuids::random_generator()());
}

}  // namespace proxx
