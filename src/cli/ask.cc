#include "cli/ask_prompt.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/request_run.h"

namespace proxx::cli {

int run_ask(int argc, char** argv) {
  const auto parsed = parse_ask(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  auto request = ask_request(*parsed.options);
  if (!request) return refuse(*parsed.options, request.error());
  if (!request->conversation) return run_request(*parsed.options, std::move(request->body));
  return run_request(*parsed.options, std::move(request->body),
                     [&conversation = *request->conversation](std::string_view answer) {
                       return conversation.save(answer);
                     });
}

}  // namespace proxx::cli
