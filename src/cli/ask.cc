#include "cli/ask/ask_prompt.h"
#include "cli/commands.h"
#include "cli/io/output.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/request_run.h"

namespace proxx::cli {

int run_ask(int argc, char** argv) {
  const auto parsed = parse_ask(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  auto request = ask_request(*parsed.options);
  if (!request) return refuse(*parsed.options, request.error());
  if (!request->conversation) return run_request(*parsed.options, std::move(request->body));
  // Before the answer is paid for.
  const AskOptions& options = *parsed.options;
  const Status keeps = options.dry_run ? Status() : Output(options.conversation).check();
  if (!keeps) return report(keeps.error());
  return run_request(options, std::move(request->body),
                     [&conversation = *request->conversation](std::string_view answer) {
                       return conversation.save(answer);
                     });
}

}  // namespace proxx::cli
