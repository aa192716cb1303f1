#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/visible.h"
#include "cli/commands.h"
#include "cli/health.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/terminal.h"
#include "config/secret_environment.h"
#include "server/app.h"
#include "server/keys.h"
#include "server/lossy_writer.h"
#include "upstream/curl_library.h"

namespace proxx::cli {
namespace {

/// The embedded mock on a loop and thread of its own, because the server's loops are the server's.
class MockThread {
 public:
  MockThread() : mock_(loop_, mock::MockOptions{}) {}
  ~MockThread() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  MockThread(const MockThread&) = delete;
  MockThread& operator=(const MockThread&) = delete;

  Result<uint16_t> start() {
    PROXX_ASSIGN(const uint16_t port, mock_.listen("127.0.0.1", 0));
    thread_ = std::thread([this] { loop_.run(); });
    return port;
  }

 private:
  boost::asio::io_context loop_{1};
  mock::Mock mock_;
  std::thread thread_;
};

/// A stderr that nobody reads must not hold up the service, nor the signal that ends it.
const server::LossyWriter& service_stderr() {
  static const server::LossyWriter writer(STDERR_FILENO);
  return writer;
}

void trace_to_log(char direction, std::string_view text) {
  service_stderr().write(trace_lines(direction, text));
}

server::LogOptions log_options(const Settings& settings) {
  server::LogOptions options;
  options.level = settings.serve.log_level;
  options.format = settings.serve.log_format;
  options.systemd = server::is_journal(options.fd, std::getenv("JOURNAL_STREAM"));
  return options;
}

Result<server::AppOptions> app_options(const ServeOptions& options, const LoadedSettings& loaded,
                                       const ModelTable& models, Credential own) {
  const Settings& settings = loaded.settings;
  PROXX_TRY(load_libcurl());
  server::AppOptions app;
  app.listen.host = settings.host;
  app.listen.port = static_cast<uint16_t>(settings.port);
  app.listen.unix_path = options.unix_path;
  app.limits.max_connections = static_cast<size_t>(settings.serve.max_connections);
  app.threads = settings.serve.threads;
  app.drain = settings.serve.drain;
  app.drain_delay = settings.serve.drain_delay;
  app.limits.idle_time = settings.serve.idle_timeout;
  app.engine = engine_options(settings, options.verbose);
  if (app.engine.trace_header) app.engine.trace_header = trace_to_log;
  if (app.engine.trace_body) app.engine.trace_body = trace_to_log;
  app.conversion = request_options(settings, models);
  app.conversion.model_override = options.model;
  app.headers = header_options(settings);
  app.timeouts = upstream_timeouts(settings);
  app.max_retries = settings.serve.retry;
  app.service.hosts.allowed = settings.serve.allowed_hosts;
  app.service.cors = settings.serve.cors;
  app.service.keys.own = std::move(own);
  app.service.keys.client_key = settings.serve.client_key;
  if (settings.models_from == ModelsFrom::upstream) {
    app.service.models.refreshed = [&settings](const std::vector<ModelInfo>& upstream) {
      return model_table(settings, &upstream);
    };
  }
  app.service.metrics = settings.serve.metrics;
  if (!settings.serve.auth_file.empty()) {
    PROXX_ASSIGN(app.service.keys.accepted, server::read_auth_file(settings.serve.auth_file));
  }
  app.log = log_options(settings);
  app.on_listening = [](const std::string& where) {
    service_stderr().write("proxx: listening on " + visible(where) + '\n');
  };
  return app;
}

Result<int> serve(const ServeOptions& options) {
  PROXX_ASSIGN(LoadedSettings loaded, load(options));
  if (options.check_health) {
    const Settings& settings = loaded.settings;
    PROXX_TRY(
        check_health({settings.host, static_cast<uint16_t>(settings.port), options.unix_path}));
    return 0;
  }
  if (loaded.unread_local && !options.quiet) {
    say("note: ./config.yaml is not read; use -c config.yaml");
  }
  Credential own;
  std::unique_ptr<MockThread> mock;
  if (options.mock || loaded.settings.upstream_url == "mock") {
    mock = std::make_unique<MockThread>();
    PROXX_ASSIGN(const uint16_t port, mock->start());
    use_mock(loaded.settings, own, port);
  } else {
    PROXX_ASSIGN(Keys keys, read_keys(loaded, process_environment()));
    if (!options.quiet) {
      for (const std::string& warning : keys.warnings) say(warning);
    }
    own = {std::move(keys.api_key), std::move(keys.auth_token)};
  }
  const ModelTable models = model_table(loaded.settings);
  PROXX_ASSIGN(const server::AppOptions app, app_options(options, loaded, models, std::move(own)));
  forget_secret_environment();
  return server::serve(app);
}

}  // namespace

int run_serve(int argc, char** argv) {
  const auto parsed = parse_serve(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const auto ended = serve(*parsed.options);
  if (!ended) return report(ended.error());
  if (*ended != 0) die_by(*ended);
  return 0;
}

}  // namespace proxx::cli
