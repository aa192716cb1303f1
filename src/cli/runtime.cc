#include "cli/runtime.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <cerrno>
#include <sstream>
#include <utility>

#include "cli/io/file_replacement.h"
#include "cli/io/terminal.h"
#include "config/model_entry.h"
#include "config/secret_environment.h"
#include "upstream/curl/global.h"
#include "upstream/host_provider.h"

namespace proxx::cli {
namespace {

/// The mock requires a key, as the real upstream does, and accepts any.
constexpr const char* kMockKey = "mock-key";

void trace(char direction, std::string_view text) {
  write_stderr(trace_lines(direction, text));
}

}  // namespace

Status check_cacert(const LoadedSettings& loaded) {
  const std::string& path = loaded.settings.cacert;
  if (path.empty() || access(path.c_str(), R_OK) == 0) return {};
  return err(setting_error(loaded, "cacert", path_error_text(path, errno)));
}

bool asks_for_mock(const CommonOptions& options, const Settings& settings) {
  return options.mock || settings.upstream_url == "mock";
}

Result<LoadedSettings> load(const CommonOptions& options) {
  Sources sources;
  sources.config_path = options.config;
  sources.getenv = process_environment();
  sources.flags = options.flags;
  return load_settings(sources);
}

ModelTable model_table(const Settings& settings, const std::vector<ModelInfo>* upstream) {
  ModelTable table;
  if (upstream != nullptr) refresh(table, *upstream);
  add_models(settings.models, table);
  return table;
}

RequestOptions request_options(const LoadedSettings& loaded, const ModelTable& models) {
  const Settings& settings = loaded.settings;
  RequestOptions options;
  if (settings.upstream != HostKind::anthropic) {
    options.host = std::make_shared<const HostTarget>(loaded.target);
  }
  options.models = &models;
  options.default_model = settings.model;
  options.anthropic_version = settings.anthropic_version;
  options.on_lossy = settings.on_lossy;
  options.default_max_tokens = settings.convert.max_tokens;
  options.prompt_cache = settings.prompt_cache == PromptCache::automatic;
  options.cache_by_key = settings.prompt_cache != PromptCache::off;
  options.web_search = settings.convert.web_search;
  options.echo_model = settings.convert.echo_model;
  options.names = settings.convert.names;
  options.reasoning_fields = settings.convert.reasoning;
  options.continue_paused = settings.convert.continue_paused;
  return options;
}

HeaderOptions header_options(const Settings& settings) {
  HeaderOptions options;
  options.profile = settings.client_headers == ClientHeaders::plain ? HeaderProfile::plain
                                                                    : HeaderProfile::claude_code;
  options.anthropic_version = settings.anthropic_version;
  options.claude_cli_version = settings.claude_cli_version;
  options.session_id = make_session_id();
  options.extra = settings.headers;
  return options;
}

UpstreamTimeouts upstream_timeouts(const Settings& settings) {
  UpstreamTimeouts timeouts;
  timeouts.connect = settings.timeouts.connect;
  timeouts.first_byte = settings.timeouts.first_byte;
  timeouts.idle = settings.timeouts.idle;
  timeouts.total = settings.timeouts.total;
  return timeouts;
}

Secrets held_secrets(const Settings& settings) {
  HeaderList fields = settings.headers;
  const GetEnv getenv = process_environment();
  for (const char* variable : key_variables()) {
    fields.emplace_back("x-api-key", variable_or_empty(getenv, variable));
  }
  for (const char* variable : {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}) {
    fields.emplace_back("x-api-key", variable_or_empty(getenv, variable));
  }
  std::istringstream lines(variable_or_empty(getenv, kCustomHeadersVariable));
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = std::min(line.find(':'), line.size());
    fields.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  return secrets_in(fields);
}

EngineOptions engine_options(const Settings& settings, int verbose) {
  EngineOptions options;
  options.base_url = settings.upstream_url;
  options.proxy = settings.proxy;
  options.ca_file = settings.cacert;
  ProxyLogin login = environment_proxy_login(process_environment());
  options.proxy_user = std::move(login.user);
  options.proxy_password = std::move(login.password);
  if (verbose > 0) options.trace_header = trace;
  if (verbose > 1) options.trace_body = trace;
  return options;
}

Credential credential_of(Keys keys) {
  return {std::move(keys.api_key), std::move(keys.auth_token), std::move(keys.aws)};
}

mock::MockOptions embedded_mock(const HostTarget& target) {
  mock::MockOptions options;
  if (target.host->kind == HostKind::anthropic) return options;
  const bool mantle = target.host->names == HostNames::bedrock_bare;
  options.host.as = mantle ? "mantle" : target.host->name;
  return options;
}

void use_mock(LoadedSettings& loaded, Credential& credential, uint16_t port) {
  HostTarget& target = loaded.target;
  for (std::string* const each :
       {&target.region, &target.project, &target.workspace, &target.resource}) {
    if (each->empty()) *each = "mock";
  }
  loaded.settings.upstream_url = "http://127.0.0.1:" + std::to_string(port) + host_prefix(target);
  loaded.settings.proxy.clear();
  (target.host->takes_keys ? credential.api_key : credential.auth_token) = kMockKey;
}

Runtime::Runtime(LoadedSettings loaded)
    : loaded_(std::move(loaded)), models_(model_table(loaded_.settings)) {}

void Runtime::refresh_models(const std::vector<ModelInfo>& upstream) {
  models_ = model_table(loaded_.settings, &upstream);
}

Result<std::unique_ptr<Runtime>> Runtime::make(const CommonOptions& options) {
  PROXX_ASSIGN(auto loaded, load(options));
  std::unique_ptr<Runtime> runtime(new Runtime(std::move(loaded)));
  if (asks_for_mock(options, runtime->settings())) {
    PROXX_TRY(runtime->start_mock());
  } else {
    if (runtime->loaded_.incomplete) return err(*runtime->loaded_.incomplete);
    PROXX_TRY(runtime->take_keys(options.quiet));
    PROXX_TRY(check_cacert(runtime->loaded_));
  }
  PROXX_TRY(runtime->start_engine(options.verbose));
  if (!options.record.empty()) {
    PROXX_ASSIGN(runtime->record_folder_, RecordFolder::make(options.record));
  }
  runtime->fill_context(options.model);
  return runtime;
}

Error Runtime::with_key_source(Error error) const {
  if (error.http_status == 401 && !key_source_.empty()) {
    error.message += " (401, from " + key_source_ + ")";
  }
  return error;
}

Status Runtime::start_mock() {
  mock_ = std::make_unique<mock::Mock>(loop_, embedded_mock(loaded_.target));
  PROXX_ASSIGN(const uint16_t port, mock_->listen("127.0.0.1", 0));
  use_mock(loaded_, credential_, port);
  return {};
}

Status Runtime::take_keys(bool quiet) {
  PROXX_ASSIGN(Keys keys, read_keys(loaded_, process_environment()));
  if (!quiet) {
    for (const std::string& warning : keys.warnings) say(warning);
  }
  if (keys.empty()) return err(ErrorKind::unauthorized, missing_key_text(loaded_));
  key_source_ = std::move(keys.source);
  credential_ = credential_of(std::move(keys));
  // A reading may outlive the run.
  const auto loaded = std::make_shared<const LoadedSettings>(loaded_);
  const auto read = [loaded](const std::atomic<bool>& stop) -> Result<Credential> {
    return read_keys(*loaded, process_environment(), kKeyCommandLimit, &stop).map(credential_of);
  };
  renewal_ = std::make_unique<KeyRenewal>(read, [](const Credential&) {});
  context_.renew = [this](const Credential& refused, OnRenewal on_renewal) {
    renewal_->ask(loop_, refused,
                  [this, busy = boost::asio::make_work_guard(loop_),
                   tell = std::move(on_renewal)](Result<std::optional<Credential>> renewed) {
                    if (!renewed) credential_ = irreplaceable(credential_);
                    if (renewed && *renewed) credential_ = **renewed;
                    tell(std::move(renewed));
                  });
  };
  return {};
}

Status Runtime::start_engine(int verbose) {
  EngineOptions engine = engine_options(settings(), verbose);
  PROXX_TRY(start_libcurl());
  engine_ = std::make_unique<Engine>(loop_, std::move(engine));
  return {};
}

void Runtime::fill_context(const std::string& model_override) {
  provider_ = make_provider(loaded_.target, settings().upstream_url, header_options(settings()),
                            held_secrets(settings()));
  context_.loop = &loop_;
  context_.upstream = engine_.get();
  context_.provider = provider_.get();
  context_.conversion = request_options(loaded_, models_);
  context_.conversion.model_override = model_override;
  context_.timeouts = upstream_timeouts(settings());
  context_.max_retries = settings().retry;
}

}  // namespace proxx::cli
