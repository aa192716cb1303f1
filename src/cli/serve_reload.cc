#include "cli/serve_reload.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/runtime.h"
#include "config/secret_environment.h"
#include "config/settings_table.h"
#include "server/client_keys.h"
#include "server/guards.h"

namespace proxx::cli {
namespace {

/// Keys that say where requests go.
constexpr std::array<std::string_view, 12> kDestination = {
    "upstream",        "upstream_url",     "proxy",
    "cacert",          "region",           "project",
    "workspace",       "resource",         "bedrock.endpoint",
    "bedrock.profile", "aws_signing_host", "allow_insecure_upstream"};
/// Keys that loops, listeners and the log are made of.
constexpr std::array<std::string_view, 10> kFixed = {"host",
                                                     "port",
                                                     "serve.max_connections",
                                                     "serve.threads",
                                                     "serve.drain",
                                                     "serve.drain_delay",
                                                     "serve.idle_timeout",
                                                     "serve.log_level",
                                                     "serve.log_format",
                                                     "serve.page_bodies"};

/// Those of `names` whose values differ.
template <class Names>
std::vector<std::string> changed(const Names& names, Settings before, Settings after) {
  std::vector<std::string> out;
  const std::vector<Setting> old = settings_of(before);
  const std::vector<Setting> now = settings_of(after);
  for (size_t i = 0; i < old.size(); ++i) {
    const bool asked = std::find(names.begin(), names.end(), old[i].name) != names.end();
    if (asked && print_value(old[i].slot) != print_value(now[i].slot)) {
      out.emplace_back(old[i].name);
    }
  }
  return out;
}

Result<LoadedSettings> load_again(const ServeStart& start) {
  PROXX_ASSIGN(LoadedSettings loaded, load(start.options));
  if (const auto keys = changed(kDestination, *start.settings, loaded.settings); !keys.empty()) {
    return err(ErrorKind::usage, keys.front() + " changed, which takes a restart");
  }
  return loaded;
}

Result<Credential> own_key(const ServeStart& start, const LoadedSettings& loaded,
                           const std::atomic<bool>& stop) {
  if (start.mock) return *start.mock;
  PROXX_ASSIGN(Keys keys, read_keys(loaded, process_environment(), kKeyCommandLimit, &stop));
  return credential_of(std::move(keys));
}

}  // namespace

Result<server::LiveOptions> live_options(const ServeOptions& options, const LoadedSettings& loaded,
                                         Credential own, std::string session_id) {
  const auto settings = std::make_shared<const Settings>(loaded.settings);
  server::LiveOptions live;
  live.models = std::make_shared<const ModelTable>(model_table(*settings));
  live.conversion = request_options(loaded, *live.models);
  live.conversion.model_override = options.model;
  live.headers = header_options(*settings);
  live.headers.session_id = std::move(session_id);
  live.base_url = settings->upstream_url;
  live.timeouts = upstream_timeouts(*settings);
  live.max_retries = settings->serve.retry;
  server::ServiceOptions& service = live.service;
  service.hosts.allowed = settings->serve.allowed_hosts;
  service.cors = settings->serve.cors;
  service.keys.client_key = settings->serve.client_key;
  // There is no such credential of a client's.
  if (!own.aws.empty()) service.keys.client_key = ClientKey::ignore;
  if (own.empty() && settings->upstream != HostKind::anthropic) {
    service.keys.own_missing = missing_key_text(loaded);
  }
  service.keys.own = std::move(own);
  service.keys.own_is_secret = !options.mock && settings->upstream_url != "mock";
  service.keys.hidden = held_secrets(*settings);
  service.metrics = settings->serve.metrics;
  service.page = settings->serve.page.value_or(options.unix_path.empty() &&
                                               server::is_loopback(settings->host));
  service.page_bodies = settings->serve.page_bodies;
  service.remember_bytes = static_cast<size_t>(settings->serve.remember.bytes);
  if (!settings->serve.auth_file.empty()) {
    PROXX_ASSIGN(service.keys.accepted, server::read_auth_file(settings->serve.auth_file));
  }
  if (settings->models_from == ModelsFrom::upstream) {
    service.models.refreshed = [settings](const std::vector<ModelInfo>& upstream) {
      return model_table(*settings, &upstream);
    };
  }
  return live;
}

Result<server::LiveOptions> read_again(const ServeStart& start, const std::atomic<bool>& stop) {
  PROXX_ASSIGN(const LoadedSettings loaded, load_again(start));
  PROXX_ASSIGN(Credential own, own_key(start, loaded, stop));
  PROXX_ASSIGN(server::LiveOptions live,
               live_options(start.options, loaded, std::move(own), start.session_id));
  live.needs_restart = changed(kFixed, *start.settings, loaded.settings);
  return live;
}

Result<Credential> read_key_again(const ServeStart& start, const std::atomic<bool>& stop) {
  PROXX_ASSIGN(const LoadedSettings loaded, load_again(start));
  return own_key(start, loaded, stop);
}

}  // namespace proxx::cli
