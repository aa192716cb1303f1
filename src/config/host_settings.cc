#include "config/host_settings.h"

#include <string>
#include <string_view>

namespace proxx {
namespace {

struct HostVariable {
  HostKind host;
  const char* variable;
  std::string_view key;
};

constexpr HostVariable kVariables[] = {
    {HostKind::anthropic, "ANTHROPIC_BASE_URL", "upstream_url"},
    {HostKind::aws, "ANTHROPIC_AWS_BASE_URL", "upstream_url"},
    {HostKind::aws, "ANTHROPIC_AWS_WORKSPACE_ID", "workspace"},
    {HostKind::aws, "AWS_DEFAULT_REGION", "region"},
    {HostKind::aws, "AWS_REGION", "region"},
    {HostKind::google, "ANTHROPIC_GOOGLE_CLOUD_BASE_URL", "upstream_url"},
    {HostKind::google, "GOOGLE_CLOUD_PROJECT", "project"},
    {HostKind::google, "ANTHROPIC_GOOGLE_CLOUD_PROJECT", "project"},
    {HostKind::google, "ANTHROPIC_GOOGLE_CLOUD_LOCATION", "region"},
    {HostKind::google, "ANTHROPIC_GOOGLE_CLOUD_WORKSPACE_ID", "workspace"},
    {HostKind::bedrock, "AWS_DEFAULT_REGION", "region"},
    {HostKind::bedrock, "AWS_REGION", "region"},
    {HostKind::vertex, "ANTHROPIC_VERTEX_BASE_URL", "upstream_url"},
    {HostKind::vertex, "ANTHROPIC_VERTEX_PROJECT_ID", "project"},
    {HostKind::vertex, "CLOUD_ML_REGION", "region"},
    {HostKind::foundry, "ANTHROPIC_FOUNDRY_BASE_URL", "upstream_url"},
    {HostKind::foundry, "ANTHROPIC_FOUNDRY_RESOURCE", "resource"},
};

constexpr const char* kRuntimeUrl = "ANTHROPIC_BEDROCK_BASE_URL";
constexpr const char* kMantleUrl = "ANTHROPIC_BEDROCK_MANTLE_BASE_URL";

bool is_set(const LoadedSettings& loaded, std::string_view key) {
  const auto found = loaded.origins.find(key);
  return found != loaded.origins.end() && found->second.kind != Origin::Kind::builtin;
}

void note_preset(LoadedSettings& loaded, const char* key) {
  loaded.origins[key] = Origin{Origin::Kind::preset, std::string(loaded.target.host->name), 0, 0};
}

/// The last variable of the host for `key`, which is the one that wins.
std::string variable_for(const Settings& settings, std::string_view key) {
  std::string out;
  for (const SettingVariable& each : host_variables(settings)) {
    if (each.key == key) out = each.variable;
  }
  return out;
}

/// Of a standard AWS name, `https://bedrock-runtime.eu-west-1.amazonaws.com`, the region; else "".
std::string region_in(std::string_view url, std::string_view form) {
  const size_t at = form.find("{region}");
  if (at == std::string_view::npos || !url.starts_with(form.substr(0, at))) return {};
  url.remove_prefix(at);
  const size_t end = url.find('.');
  const std::string_view rest = form.substr(at + std::string_view("{region}").size());
  if (end == std::string_view::npos || !url.substr(end).starts_with(rest)) return {};
  return std::string(url.substr(0, end));
}

/// The URL that was set, with the host's own path behind it.
void complete_url(LoadedSettings& loaded) {
  std::string& url = loaded.settings.upstream_url;
  const std::string prefix = host_prefix(loaded.target);
  if (!is_set(loaded, "upstream_url")) {
    url = host_url(loaded.target) + prefix;
    return note_preset(loaded, "upstream_url");
  }
  if (url != "mock" && !url.ends_with(prefix)) url += prefix;
}

void complain(LoadedSettings& loaded, const char* what, std::string_view value) {
  if (!value.empty() || loaded.incomplete) return;
  std::string variable = variable_for(loaded.settings, what);
  std::string text = "upstream " + std::string(loaded.target.host->name) + " needs a " + what +
                     ": set " + what + " or " + variable;
  loaded.incomplete = Error(ErrorKind::usage, std::move(text));
}

/// Credentials that are made for each request: there is nothing of a client's to forward.
bool makes_credentials(const LoadedSettings& loaded) {
  const Settings& s = loaded.settings;
  return !s.auth_token_command.empty() || !s.aws_credentials_command.empty();
}

}  // namespace

std::vector<SettingVariable> host_variables(const Settings& settings) {
  std::vector<SettingVariable> out;
  if (settings.upstream == HostKind::bedrock) {
    const bool mantle = settings.bedrock.endpoint == BedrockEndpoint::mantle;
    out.push_back({mantle ? kMantleUrl : kRuntimeUrl, "upstream_url"});
  }
  for (const HostVariable& each : kVariables) {
    if (each.host == settings.upstream) out.push_back({each.variable, each.key});
  }
  return out;
}

void complete_target(LoadedSettings& loaded) {
  Settings& s = loaded.settings;
  HostTarget& target = loaded.target;
  target.host = &host_of(s.upstream, s.bedrock.endpoint);
  const bool google = s.upstream == HostKind::vertex || s.upstream == HostKind::google;
  if (s.region.empty() && google) {
    s.region = "global";
    note_preset(loaded, "region");
  }
  if (s.region.empty() && target.host->takes_region) {
    s.region = region_in(s.upstream_url, target.host->url);
    if (!s.region.empty()) note_preset(loaded, "region");
  }
  target.region = s.region;
  target.project = s.project;
  target.workspace = s.workspace;
  target.resource = s.resource;
  target.profile = s.bedrock.profile;
  target.signing_host = s.aws_signing_host;

  const bool own_url = !is_set(loaded, "upstream_url");
  if (target.host->takes_region && own_url) complain(loaded, "region", s.region);
  if (target.host->takes_project) complain(loaded, "project", s.project);
  if (target.host->takes_workspace) complain(loaded, "workspace", s.workspace);
  if (target.host->takes_resource && own_url) complain(loaded, "resource", s.resource);
  if (s.upstream != HostKind::anthropic) complete_url(loaded);

  if (target.host->plain_headers && !is_set(loaded, "client_headers")) {
    s.client_headers = ClientHeaders::plain;
    note_preset(loaded, "client_headers");
  }
  if (makes_credentials(loaded) && !is_set(loaded, "serve.client_key")) {
    s.serve.client_key = ClientKey::ignore;
    note_preset(loaded, "serve.client_key");
  }
}

}  // namespace proxx
