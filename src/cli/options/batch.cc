#include "cli/io/terminal.h"
#include "cli/options/common.h"
#include "cli/options/options.h"
#include "cli/options/words.h"
#include "cli/usage_text.h"

namespace proxx::cli {
namespace {

/// More would be more sockets than a process may have open by default.
constexpr int kMaxJobs = 1000;

void add_jobs(CLI::App& app, int& jobs, const std::string& help) {
  app.add_option("-j,--jobs", jobs, help)->type_name("N")->check(integer_from(1, kMaxJobs));
}

void add_half_price(CLI::App& app, BatchOptions& options) {
  constexpr const char* kGroup = "Half price";
  app.add_flag("--half-price", options.half_price,
               "Send as Anthropic's batches: half the price, within 24 hours")
      ->excludes("--jobs", "--fail-fast", "--text")
      ->group(kGroup);
  const auto add = [&](const char* name, bool& value, const char* help) {
    app.add_flag(name, value, help)->needs("--half-price")->group(kGroup);
  };
  add("--no-wait", options.no_wait, "Look once and leave; exit 13: not finished, run it again");
  add("--cancel", options.cancel, "Cancel running batches and keep the answers they have");
  add("--again", options.again, "Send again what is in doubt or gone");
  app.add_option("--adopt", options.adopt, "The batch in doubt has this id")
      ->type_name("ID")
      ->needs("--half-price")
      ->excludes("--again")
      ->group(kGroup);
  for (const char* other : {"--resume", "--adopt", "--again"}) {
    app.get_option("--cancel")->excludes(other);
  }
}

}  // namespace

Parsed<BatchOptions> parse_batch(int argc, char** argv) {
  BatchOptions options;
  CLI::App app{
      "Runs many requests: one a line, as in OpenAI's batch files or as bare request bodies."};
  set_usage(app, std::string(kBatchUsage));
  app.footer("Example:\n  proxx batch -j 8 -o out.jsonl --resume in.jsonl");
  app.add_option("FILE", options.file, "The requests; - is stdin")->type_name("");
  app.add_option("-o,--output", options.output, "Write here instead of stdout")
      ->type_name("FILE")
      ->check(a_file());
  add_jobs(app, options.jobs, "Requests in flight (4)");
  app.add_flag("--text", options.text, "Read each line as a prompt in words; its id is line-N");
  app.add_option_function<std::string>(
         "-F,--format",
         [&options](const std::string& name) {
           options.format = name == "text" ? Format::text : Format::json;
         },
         "json, or text: an answer a line, in the input's order (json)")
      ->type_name("FORMAT")
      ->check(one_of({"json", "text"}));
  app.add_flag("--resume", options.resume,
               "Continue the file of -o: run what failed or has no answer there");
  app.add_flag("--fail-fast", options.fail_fast, "Stop at the first line that fails");
  app.add_flag("-n,--dry-run", options.dry_run, "Print the Anthropic requests, send nothing")
      ->excludes("--output", "--resume");
  app.add_flag("-u,--usage", options.usage, "Tokens, cost and time on stderr");
  add_half_price(app, options);
  add_limits(app, options);
  add_common(app, options);
  if (const auto exit_code = parse(app, argc, argv)) return {std::nullopt, *exit_code};
  if (options.format == Format::text && (options.resume || options.half_price)) {
    say_error(std::string(options.resume ? "--resume" : "--half-price") +
              " does not go with --format text: it goes by the ids that only JSON has");
    return {std::nullopt, 2};
  }
  return {std::move(options), 0};
}

Parsed<BridgeOptions> parse_bridge(int argc, char** argv) {
  BridgeOptions options;
  CLI::App app{"Answers a parent process in JSON Lines: many requests side by side, no port."};
  set_usage(app, std::string(kBridgeUsage));
  app.footer(
      "Example:\n"
      "  echo '{\"id\":1,\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}' | "
      "proxx bridge --mock");
  add_jobs(app, options.jobs, "Requests in flight (64)");
  app.add_flag("-u,--usage", options.usage, "Tokens, cost and time on stderr, at the end");
  add_limits(app, options);
  add_common(app, options);
  if (const auto exit_code = parse(app, argc, argv)) return {std::nullopt, *exit_code};
  return {std::move(options), 0};
}

}  // namespace proxx::cli
