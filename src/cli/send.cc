#include <unistd.h>

#include <string>

#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/io/process.h"
#include "cli/options/options.h"
#include "cli/request_form.h"
#include "cli/request_run.h"
#include "cli/usage_text.h"

namespace proxx::cli {

int run_send(int argc, char** argv) {
  const auto parsed = parse_send(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const SendOptions& options = *parsed.options;
  if (options.version) return print_version();
  if (options.file.empty() && (!was_open(STDIN_FILENO) || isatty(STDIN_FILENO) == 1)) {
    return say_usage("no request: give a FILE or pipe one in", kSendUsage,
                     "proxx ask 'Why is the sky blue?'", "proxx --help");
  }
  auto request = read_input(options.file.empty() ? "-" : options.file);
  if (!request) {
    Error error = request.error();
    const bool is_prompt = options.file.find(' ') != std::string::npos;
    if (is_prompt) error.message += "; " + ask_in_words(options.file);
    return refuse(options, error);
  }
  if (const Status status = check_request_form(*request); !status)
    return refuse(options, status.error());
  return run_request(options, std::move(*request));
}

}  // namespace proxx::cli
