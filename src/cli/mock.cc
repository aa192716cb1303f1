#include "mock/mock.h"

#include <boost/asio/io_context.hpp>
#include <string>

#include "cli/commands.h"
#include "cli/io/signals.h"
#include "cli/io/terminal.h"
#include "cli/options/options.h"
#include "cli/report.h"

namespace proxx::cli {

int run_mock(int argc, char** argv) {
  const auto parsed = parse_mock(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const std::string& key = parsed.options->aws_key;
  end_on_signals(false);
  boost::asio::io_context loop(1);
  mock::MockOptions options;
  options.script = parsed.options->script;
  options.replay = parsed.options->replay;
  if (const auto delay = parsed.options->delay_ms)
    options.delay = std::chrono::milliseconds(*delay);
  if (const auto time = parsed.options->batch_time_ms)
    options.batch_time = std::chrono::milliseconds(*time);
  options.host.as = parsed.options->as;
  options.host.token = parsed.options->token;
  options.host.token_life = std::chrono::milliseconds(1000 * parsed.options->token_life_s);
  options.host.clock_ahead = std::chrono::seconds(parsed.options->clock_ahead_s);
  if (!key.empty()) {
    const size_t colon = key.find(':');
    if (colon == 0 || colon >= key.size() - 1) {
      return report(Error(ErrorKind::usage, "--aws-key: expected ID:SECRET"));
    }
    options.host.aws = {key.substr(0, colon), key.substr(colon + 1)};
  }
  mock::Mock mock(loop, std::move(options));
  const auto port = mock.listen(parsed.options->host, static_cast<uint16_t>(parsed.options->port));
  if (!port) return report(port.error());
  say("mock listening on http://" + parsed.options->host + ':' + std::to_string(*port));
  loop.run();
  return 0;
}

}  // namespace proxx::cli
