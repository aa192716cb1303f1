#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/secret_text.h"
#include "base/visible.h"
#include "cli/commands.h"
#include "cli/health.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/serve_reload.h"
#include "config/secret_environment.h"
#include "config/small_file.h"
#include "server/app.h"
#include "server/lossy_writer.h"
#include "upstream/curl/global.h"

namespace proxx::cli {
namespace {

/// The embedded mock on a loop and thread of its own, because the server's loops are the server's.
class MockThread {
 public:
  explicit MockThread(mock::MockOptions options) : mock_(loop_, std::move(options)) {}
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

/// The end of what is told for clients; the page is above it.
constexpr std::string_view kVersion = "/v1";

server::LogOptions log_options(const Settings& settings) {
  server::LogOptions options;
  options.level = settings.serve.log_level;
  options.format = settings.serve.log_format;
  options.systemd = server::is_journal(options.fd, std::getenv("JOURNAL_STREAM"));
  return options;
}

Result<server::AppOptions> app_options(const ServeOptions& options, const Settings& settings,
                                       const server::LiveOptions& live) {
  PROXX_TRY(start_libcurl());
  server::AppOptions app;
  app.listen.host = settings.host;
  app.listen.port = static_cast<uint16_t>(settings.port);
  app.listen.unix_path = options.unix_path;
  app.limits.max_connections = static_cast<size_t>(settings.serve.max_connections);
  app.limits.idle_time = settings.serve.idle_timeout;
  app.threads = settings.serve.threads;
  app.drain = settings.serve.drain;
  app.drain_delay = settings.serve.drain_delay;
  app.engine = engine_options(settings, options.verbose);
  if (app.engine.trace_header) app.engine.trace_header = trace_to_log;
  if (app.engine.trace_body) app.engine.trace_body = trace_to_log;
  app.conversion = live.conversion;
  app.headers = live.headers;
  app.timeouts = live.timeouts;
  app.max_retries = live.max_retries;
  app.service = live.service;
  app.log = log_options(settings);
  app.on_listening = [page = live.service.page](const std::string& where) {
    std::string told = "proxx: listening on " + visible(without_keys(where)) + '\n';
    if (page && where.ends_with(kVersion)) {
      told += "proxx: page at " + where.substr(0, where.size() - kVersion.size()) + "/\n";
    }
    service_stderr().write(told);
  };
  return app;
}

/// A client has no credential of a kind that is made for each request or each hour.
Status check_forwarding(const LoadedSettings& loaded, const Credential& own) {
  const Settings& settings = loaded.settings;
  const bool made = !own.aws.empty() || !settings.auth_token_command.empty();
  const auto origin = loaded.origins.find("serve.client_key");
  const bool is_set =
      origin != loaded.origins.end() && origin->second.kind != Origin::Kind::builtin;
  if (!made || !is_set || settings.serve.client_key == ClientKey::ignore) return {};
  return err(setting_error(loaded, "serve.client_key",
                           "a token command or AWS credentials leave no client's key to forward; "
                           "set client_key: ignore"));
}

/// The clients' keys are as secret as the server's.
void warn_of_auth_file(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return;
  const std::string warning = exposure_of("auth file", path, {{}, info.st_mode, info.st_uid});
  if (!warning.empty()) say(warning);
}

Result<int> serve(const ServeOptions& options) {
  ServeStart start{options, {}, {}, make_session_id()};
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
  start.settings = std::make_shared<const Settings>(loaded.settings);
  Credential own;
  std::unique_ptr<MockThread> mock;
  if (options.mock || loaded.settings.upstream_url == "mock") {
    mock = std::make_unique<MockThread>(embedded_mock(loaded.target));
    PROXX_ASSIGN(const uint16_t port, mock->start());
    use_mock(loaded, own, port);
    start.mock = own;
  } else {
    if (loaded.incomplete) return err(*loaded.incomplete);
    PROXX_ASSIGN(Keys keys, read_keys(loaded, process_environment()));
    if (!options.quiet) {
      for (const std::string& warning : keys.warnings) say(warning);
    }
    own = credential_of(std::move(keys));
    PROXX_TRY(check_forwarding(loaded, own));
    PROXX_TRY(check_cacert(loaded));
  }
  PROXX_ASSIGN(const server::LiveOptions live,
               live_options(options, loaded, std::move(own), start.session_id));
  if (!options.quiet) warn_of_auth_file(start.settings->serve.auth_file);
  PROXX_ASSIGN(server::AppOptions app, app_options(options, loaded.settings, live));
  // A reading may outlive the server.
  const auto kept = std::make_shared<const ServeStart>(std::move(start));
  app.reload = [kept](const std::atomic<bool>& stop) { return read_again(*kept, stop); };
  if (!app.service.keys.own.empty()) {
    app.read_key = [kept](const std::atomic<bool>& stop) { return read_key_again(*kept, stop); };
  }
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
