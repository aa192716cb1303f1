#include "mock/mock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "config/secret_environment.h"

namespace proxx::cli {

int run_mock(int argc, char** argv) {
  const auto parsed = parse_mock(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  forget_secret_environment();
  boost::asio::io_context loop(1);
  mock::MockOptions options;
  options.script = parsed.options->script;
  options.replay = parsed.options->replay;
  if (const auto delay = parsed.options->delay_ms)
    options.delay = std::chrono::milliseconds(*delay);
  mock::Mock mock(loop, std::move(options));
  const auto port = mock.listen(parsed.options->host, static_cast<uint16_t>(parsed.options->port));
  if (!port) return report(port.error());
  say("mock listening on http://" + parsed.options->host + ':' + std::to_string(*port));
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  signals.async_wait([](const boost::system::error_code& error, int signal) {
    if (!error) die_by(signal);
  });
  loop.run();
  return 0;
}

}  // namespace proxx::cli
