#include "cli/options/options.h"

#include "base/secret_text.h"
#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/options/common.h"
#include "cli/options/words.h"
#include "cli/usage_text.h"

namespace proxx::cli {
namespace {

template <class T>
Parsed<T> parsed(CLI::App& app, T& options, int argc, char** argv) {
  if (const auto exit_code = parse(app, argc, argv)) return {std::nullopt, *exit_code};
  return {std::move(options), 0};
}

/// A flag that may be repeated; each use adds one element to the list `key`.
void add_list(CLI::App& app, CommonOptions& options, const std::string& flag,
              const std::string& key, const std::string& value_name, const std::string& help) {
  app.add_option_function<std::vector<std::string>>(
         flag,
         [&options, key, flag](const std::vector<std::string>& values) {
           for (const std::string& value : values) options.flags.push_back({key, value, flag});
         },
         help)
      ->type_name(value_name)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// What `--as` checks.
void add_host(CLI::App& app, MockOptions& options) {
  app.add_option("--as", options.as, "Play a host: bedrock, mantle, vertex, foundry, aws, google")
      ->type_name("HOST");
  app.add_option("--token", options.token, "The only key or token that the host accepts")
      ->type_name("TOKEN")
      ->needs("--as");
  app.add_option("--token-life", options.token_life_s,
                 "How long a token is good after its first use")
      ->type_name("S")
      ->check(integer_from(0, 86'400))
      ->needs("--as");
  app.add_option("--aws-key", options.aws_key, "The AWS key whose signatures to accept")
      ->type_name("ID:SECRET")
      ->needs("--as");
  app.add_option("--clock-ahead", options.clock_ahead_s,
                 "Play a host whose clock is ahead; -S: behind")
      ->type_name("S")
      ->check(integer_from(-31'536'000, 31'536'000))
      ->needs("--as");
}

}  // namespace

Parsed<SendOptions> parse_send(int argc, char** argv) {
  SendOptions options;
  CLI::App app{
      "Sends one request in OpenAI's JSON to Claude and prints the answer in OpenAI's JSON."};
  set_usage(app, std::string(kSendHelpUsage));
  app.footer(
      "Example:\n"
      "  echo '{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}' | proxx --mock | jq .");
  add_request_command(app, options);
  add_common(app, options);
  app.add_flag("-V,--version", options.version, "The versions of proxx and its libraries");
  std::vector<std::string> words;
  const auto take = [&](std::vector<std::string> given) {
    words = std::move(given);
    return words.empty() ? std::nullopt : command_after_options(words.front());
  };
  if (const auto exit_code = parse(app, argc, argv, take)) return {std::nullopt, *exit_code};
  if (words.size() > 1) {
    say_error("unexpected argument '" + shown_whole(words[1]) + "'; see proxx send --help");
    return {std::nullopt, kExitUsage};
  }
  if (!words.empty()) options.file = words.front();
  if (!words.empty() && !looks_like_file(options.file)) {
    return {std::nullopt, unknown_command(options.file)};
  }
  return {std::move(options), 0};
}

Parsed<ConvertOptions> parse_convert(int argc, char** argv) {
  static const std::map<std::string, ConvertOptions::Kind> kKinds = {
      {"request", ConvertOptions::Kind::request},
      {"response", ConvertOptions::Kind::response},
      {"stream", ConvertOptions::Kind::stream}};
  ConvertOptions options;
  CLI::App app{
      "Translates offline: an OpenAI request to Anthropic's form, an Anthropic answer to "
      "OpenAI's."};
  set_usage(app, std::string(kConvertUsage));
  app.footer("Example:\n  proxx convert request req.json | jq .messages");
  std::string kind;
  app.add_option("KIND", kind, "request, response or stream")->type_name("");
  app.add_option("FILE", options.file, "What to convert; - is stdin")->type_name("");
  app.add_option("-m,--model", options.model, "Model or alias; overrides the request's")
      ->type_name("NAME");
  app.add_flag("--strict", options.strict, "Fail on what Claude has no place for");
  add_config(app, options.config);
  app.add_option("--api", options.api, "The answer's API: chat, responses or completions (chat)")
      ->type_name("API")
      ->check(one_of({"chat", "responses", "completions"}));
  app.add_option("--include-usage", options.include_usage,
                 "End a stream with a chunk that has usage")
      ->type_name("BOOL")
      ->check(true_or_false());
  app.add_option("--created", options.created_unix_s,
                 "The answer's time of creation, in unix seconds (now)")
      ->type_name("S")
      ->check(integer_from(0));
  app.add_option("--request", options.request_file, "The OpenAI request that the answer is for")
      ->type_name("FILE");
  add_color(app);
  if (const auto exit_code = parse(app, argc, argv)) return {std::nullopt, *exit_code};
  const auto known = kKinds.find(kind);
  if (known == kKinds.end()) {
    say_error("convert what? request, response or stream" +
              (kind.empty() ? "" : ", got '" + shown_whole(kind) + "'"));
    return {std::nullopt, kExitUsage};
  }
  options.kind = known->second;
  return {std::move(options), 0};
}

Parsed<ServeOptions> parse_serve(int argc, char** argv) {
  ServeOptions options;
  CLI::App app{"Serves OpenAI's API over HTTP on this machine, with Claude behind it."};
  set_usage(app, "Usage: proxx serve [OPTIONS]");
  app.footer("Example:\n  proxx serve --mock --port 0");
  add_setting(app, options, "--host", "host", "ADDRESS", "Address to listen on (127.0.0.1)");
  add_setting(app, options, "-p,--port", "port", "N",
              "Port to listen on; 0 picks a free one (8080)");
  app.add_option("--unix", options.unix_path, "Listen on this Unix socket instead")
      ->type_name("PATH")
      ->excludes("--host", "--port");
  add_setting(app, options, "--auth-file", "serve.auth_file", "FILE",
              "The keys that clients may use, one a line");
  add_list(app, options, "--cors", "serve.cors", "ORIGIN",
           "Let pages of this origin call the server");
  add_list(app, options, "--allowed-host", "serve.allowed_hosts", "NAME",
           "Answer to this host name, too");
  add_setting(app, options, "--max-connections", "serve.max_connections", "N",
              "Most connections at a time (1024)");
  add_setting(app, options, "--threads", "serve.threads", "N", "Event loops (1)");
  add_setting(app, options, "--drain", "serve.drain", "S",
              "Time to finish running answers at the end (30)");
  add_setting(app, options, "--log-level", "serve.log_level", "LEVEL", "error, warn, info, debug");
  add_setting(app, options, "--log-format", "serve.log_format", "FORMAT", "text or json");
  app.add_flag_callback(
      "--metrics",
      [&options] {
        options.flags.push_back({"serve.metrics", "true", "--metrics"});
      },
      "Serve /metrics");
  app.add_flag("--check-health", options.check_health,
               "Ask the running server how it is, and exit");
  add_common(app, options, "Model or alias for every request, whatever it asks for");
  return parsed(app, options, argc, argv);
}

Parsed<MockOptions> parse_mock(int argc, char** argv) {
  MockOptions options;
  CLI::App app{"Stands in for Anthropic's API and answers by script: no key, no network, no cost."};
  set_usage(app, "Usage: proxx mock [OPTIONS]");
  app.footer("Example:\n  proxx mock --script parallel-tools");
  app.add_option("--host", options.host, "Address to listen on (127.0.0.1)")->type_name("ADDRESS");
  app.add_option("--port", options.port, "Port to listen on; 0 picks a free one (0)")
      ->type_name("N")
      ->check(integer_from(0, 65535));
  app.add_option("--script", options.script, "A scenario, or a file that ends in .sse or .json")
      ->type_name("NAME|FILE");
  app.add_option("--replay", options.replay, "Answer with what --record kept there")
      ->type_name("DIR")
      ->excludes("--script");
  app.add_option("--delay", options.delay_ms, "Wait between events")
      ->type_name("MS")
      ->check(integer_from(0, 600'000));
  add_host(app, options);
  app.add_option("--batch-time", options.batch_time_ms, "How long a message batch takes (200)")
      ->type_name("MS")
      ->check(integer_from(0, 86'400'000));
  add_color(app);
  return parsed(app, options, argc, argv);
}

Parsed<ModelsOptions> parse_models(int argc, char** argv) {
  ModelsOptions options;
  CLI::App app{"Lists the names that -m takes."};
  set_usage(app, "Usage: proxx models [OPTIONS]");
  app.footer("Example:\n  proxx models --json | jq -r '.data[].id'");
  app.add_flag("--json", options.json, "Print what GET /v1/models answers");
  app.add_flag("--remote", options.remote, "Ask the upstream what this key may use");
  add_common(app, options);
  return parsed(app, options, argc, argv);
}

Parsed<ConfigOptions> parse_config(int argc, char** argv) {
  ConfigOptions options;
  CLI::App app{
      "Shows the settings in effect, each with its origin; exits with 2 if they are invalid."};
  set_usage(app, "Usage: proxx config [OPTIONS]");
  app.footer("Example:\n  PROXX_PORT=9000 proxx config | grep port");
  app.add_flag("--path", options.path, "Print only the path of the file that is read");
  add_common(app, options);
  return parsed(app, options, argc, argv);
}

}  // namespace proxx::cli
