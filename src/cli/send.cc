#include <unistd.h>

#include <cctype>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/request_run.h"
#include "cli/usage_text.h"
#include "json/text.h"

namespace proxx::cli {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// What is plainly no request, with the command that it is for. Words begin with what no JSON text
/// does; many requests have an object end at a line's end and the next one begin behind it, which
/// no JSON text does either.
Status check_form(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  json::Document document;
  if (std::isalpha(static_cast<unsigned char>(text[first])) != 0 && !document.parse(text)) {
    return err(ErrorKind::invalid_request, "no JSON: for words use proxx ask");
  }
  const size_t line_end = text.find('\n', first);
  if (line_end == std::string_view::npos) return {};
  const size_t last = text.find_last_not_of(kBlank, line_end);
  const size_t next = text.find_first_not_of(kBlank, line_end);
  if (text[last] == '}' && next != std::string_view::npos && text[next] == '{') {
    return err(ErrorKind::invalid_request,
               "more than one JSON object; many requests, one a line: proxx batch");
  }
  return {};
}

}  // namespace

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
  if (const Status status = check_form(*request); !status) return refuse(options, status.error());
  return run_request(options, std::move(*request));
}

}  // namespace proxx::cli
