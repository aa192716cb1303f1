#include <unistd.h>

#include <chrono>

#include "cli/bridge_run.h"
#include "cli/commands.h"
#include "cli/io/output.h"
#include "cli/io/process.h"
#include "cli/io/reader_watch.h"
#include "cli/io/signals.h"
#include "cli/io/terminal.h"
#include "cli/models_remote.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/usage_text.h"
#include "exchange/job_thread.h"
#include "exchange/response_memory.h"

namespace proxx::cli {
namespace {

Result<int> bridge(const BridgeOptions& options) {
  PROXX_ASSIGN(const auto runtime, Runtime::make(options));
  end_on_signals(false);
  Output output;
  PROXX_ASSIGN(const int descriptor, output.descriptor());
  const ReaderWatch watch(runtime->loop(), descriptor);
  fetch_models_if_set(*runtime, options.quiet);
  {
    const auto began = std::chrono::steady_clock::now();
    // Before the jobs, which may hold a part of it to their end.
    ResponseMemory memory(static_cast<size_t>(runtime->settings().serve.remember.bytes));
    JobThread jobs(runtime->loop());
    runtime->context().jobs = &jobs;
    BridgeRun run(*runtime, static_cast<size_t>(options.jobs), memory.of({}), STDIN_FILENO,
                  descriptor);
    const Status status = run.run();
    if (options.usage) {
      const auto elapsed = std::chrono::steady_clock::now() - began;
      say_list(usage_text(run.counts(), std::chrono::duration_cast<std::chrono::seconds>(elapsed)));
    }
    PROXX_TRY(status);
  }
  PROXX_TRY(output.close());
  return 0;
}

}  // namespace

int run_bridge(int argc, char** argv) {
  const auto parsed = parse_bridge(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  if (!was_open(STDIN_FILENO) || isatty(STDIN_FILENO) == 1) {
    return say_usage("a parent process is to write requests to stdin", kBridgeUsage,
                     "proxx bridge <requests.jsonl", "proxx bridge --help");
  }
  const auto exit_code = bridge(*parsed.options);
  return exit_code ? *exit_code : report(exit_code.error());
}

}  // namespace proxx::cli
