#include "cli/io/terminal.h"
#include "cli/options/common.h"
#include "cli/options/options.h"
#include "cli/options/words.h"

namespace proxx::cli {
namespace {

constexpr const char* kRequestGroup = "Request";

void add_prompt(CLI::App& app, AskOptions& options) {
  app.add_option("-f,--file", options.file, "Read the prompt from a file; words follow it")
      ->type_name("FILE")
      ->check(a_file())
      ->group(kRequestGroup);
  app.add_option("-s,--system", options.system, "The system prompt, or @FILE that holds it")
      ->type_name("TEXT")
      ->group(kRequestGroup);
  app.add_option("-a,--attach", options.attachments,
                 "Attach an image, a PDF or text: FILE[;type=MIME], URL or -")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(kRequestGroup);
  app.add_option("-C,--conversation", options.conversation,
                 "Continue the conversation in FILE, or begin one there")
      ->type_name("FILE")
      ->check(a_file())
      ->group(kRequestGroup);
  app.add_flag("--no-stdin", options.no_stdin, "Do not read stdin")->group(kRequestGroup);
}

void add_model_options(CLI::App& app, AskOptions& options) {
  app.add_option("-t,--temperature", options.temperature,
                 "0 to 1; newer models, the default included, have no temperature")
      ->type_name("N")
      ->check(number_from(0, 2))
      ->group(kRequestGroup);
  app.add_option("--max-tokens", options.max_tokens,
                 "Most tokens an answer may have, not a target (the model's limit)")
      ->type_name("N")
      ->check(integer_from(1))
      ->group(kRequestGroup);
  app.add_option("-r,--reasoning", options.reasoning,
                 "How much to think: none, minimal, low, medium, high, xhigh or max")
      ->type_name("EFFORT")
      ->check(one_of({"none", "minimal", "low", "medium", "high", "xhigh", "max"}))
      ->group(kRequestGroup);
  app.add_option("-J,--schema", options.schema,
                 "Answer in JSON by a schema: itself, its file, or 'name, age int'")
      ->type_name("SCHEMA")
      ->group(kRequestGroup);
}

}  // namespace

Parsed<AskOptions> parse_ask(int argc, char** argv) {
  AskOptions options;
  options.format = Format::text;
  options.in_words = true;
  CLI::App app{"Asks Claude in words and prints the answer as text, as it comes."};
  set_usage(app, "Usage: proxx ask [OPTIONS] PROMPT...");
  app.footer("Example:\n  git diff | proxx ask -s 'You review C++.' What could break here");
  add_prompt(app, options);
  add_model_options(app, options);
  add_request_command(app, options);
  add_common(app, options, "Model or alias, as proxx models lists them (claude-sonnet-5-5)");
  const auto take = [&options](std::vector<std::string> words) {
    options.words = std::move(words);
    return std::optional<int>();
  };
  if (const auto exit_code = parse(app, argc, argv, take)) return {std::nullopt, *exit_code};
  if (!options.conversation.empty() && options.format != Format::text) {
    say_error("--conversation keeps the answer's text: it goes with --format text alone");
    return {std::nullopt, 2};
  }
  return {std::move(options), 0};
}

}  // namespace proxx::cli
