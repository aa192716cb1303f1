#include "cli/runtime.h"

#include <utility>

#include "cli/terminal.h"
#include "config/model_entry.h"
#include "config/secret_environment.h"
#include "upstream/curl_library.h"

namespace proxx::cli {
namespace {

/// The mock asks for a key as the real upstream does; any will do.
constexpr const char* kMockKey = "mock-key";

bool asks_for_mock(const CommonOptions& options, const Settings& settings) {
  return options.mock || settings.upstream_url == "mock";
}

void trace(char direction, std::string_view text) {
  write_stderr(trace_lines(direction, text));
}

}  // namespace

Result<LoadedSettings> load(const CommonOptions& options, GetEnv getenv) {
  Sources sources;
  sources.config_path = options.config;
  sources.getenv = std::move(getenv);
  sources.flags = options.flags;
  return load_settings(sources);
}

ModelTable model_table(const Settings& settings, const std::vector<ModelInfo>* upstream) {
  ModelTable table;
  if (upstream != nullptr) refresh(table, *upstream);
  add_models(settings.models, table);
  return table;
}

RequestOptions request_options(const Settings& settings, const ModelTable& models) {
  RequestOptions options;
  options.models = &models;
  options.default_model = settings.model;
  options.anthropic_version = settings.anthropic_version;
  options.on_lossy = settings.on_lossy;
  options.default_max_tokens = settings.convert.max_tokens;
  options.prompt_cache = settings.prompt_cache == PromptCache::automatic;
  options.web_search = settings.convert.web_search;
  options.echo_model = settings.convert.echo_model;
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

void use_mock(Settings& settings, Credential& credential, uint16_t port) {
  settings.upstream_url = "http://127.0.0.1:" + std::to_string(port);
  settings.proxy.clear();
  credential.api_key = kMockKey;
}

Runtime::Runtime(LoadedSettings loaded)
    : loaded_(std::move(loaded)), models_(model_table(loaded_.settings)) {}

void Runtime::refresh_models(const std::vector<ModelInfo>& upstream) {
  models_ = model_table(loaded_.settings, &upstream);
}

Result<std::unique_ptr<Runtime>> Runtime::make(const CommonOptions& options) {
  PROXX_ASSIGN(auto loaded, load(options));
  std::unique_ptr<Runtime> runtime(new Runtime(std::move(loaded)));
  Settings& settings = runtime->loaded_.settings;
  if (asks_for_mock(options, settings)) {
    runtime->mock_ = std::make_unique<mock::Mock>(runtime->loop_, mock::MockOptions{});
    PROXX_ASSIGN(const auto port, runtime->mock_->listen("127.0.0.1", 0));
    use_mock(settings, runtime->credential_, port);
  } else {
    PROXX_ASSIGN(auto keys, read_keys(runtime->loaded_, process_environment()));
    if (!options.quiet) {
      for (const std::string& warning : keys.warnings) say(warning);
    }
    if (keys.empty()) {
      return fail(ErrorKind::unauthorized, missing_key_text(runtime->loaded_));
    }
    runtime->credential_ = {std::move(keys.api_key), std::move(keys.auth_token)};
  }
  EngineOptions engine = engine_options(settings, options.verbose);
  forget_secret_environment();

  PROXX_TRY(load_libcurl());
  runtime->engine_ = std::make_unique<Engine>(runtime->loop_, std::move(engine));
  ExchangeContext& context = runtime->context_;
  context.loop = &runtime->loop_;
  context.upstream = runtime->engine_.get();
  if (!options.record.empty()) {
    PROXX_ASSIGN(runtime->record_folder_, RecordFolder::make(options.record));
  }
  context.conversion = request_options(settings, runtime->models_);
  context.conversion.model_override = options.model;
  context.headers = header_options(settings);
  context.secrets = secrets_in(context.headers.extra);
  context.timeouts = upstream_timeouts(settings);
  context.max_retries = settings.retry;
  return runtime;
}

}  // namespace proxx::cli
