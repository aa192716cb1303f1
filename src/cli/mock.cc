#include "mock/mock.h"

#include <boost/asio/io_context.hpp>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/terminal.h"

namespace proxx::cli {

int run_mock(int argc, char** argv) {
  const auto parsed = parse_mock(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  end_on_signals(false);
  boost::asio::io_context loop(1);
  mock::MockOptions options;
  options.script = parsed.options->script;
  options.replay = parsed.options->replay;
  if (const auto delay = parsed.options->delay_ms)
    options.delay = std::chrono::milliseconds(*delay);
  if (const auto time = parsed.options->batch_time_ms)
    options.batch_time = std::chrono::milliseconds(*time);
  mock::Mock mock(loop, std::move(options));
  const auto port = mock.listen(parsed.options->host, static_cast<uint16_t>(parsed.options->port));
  if (!port) return report(port.error());
  say("mock listening on http://" + parsed.options->host + ':' + std::to_string(*port));
  loop.run();
  return 0;
}

}  // namespace proxx::cli
