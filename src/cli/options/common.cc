#include "cli/options/common.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "base/ascii.h"
#include "base/secret_text.h"
#include "base/text_encoding.h"
#include "cli/io/input.h"
#include "cli/io/output.h"
#include "cli/io/terminal.h"
#include "cli/options/words.h"
#include "cli/report.h"
#include "config/header_field.h"

namespace proxx::cli {
namespace {

/// Of -H @FILE. No upstream takes nearly as much.
constexpr size_t kMaxHeaderFileBytes = size_t{1} << 20;

constexpr const char* kUpstreamGroup = "Upstream";
constexpr const char* kAnswerGroup = "Answer";

/// Without blank lines, so that the longest help fits a screen of 42 lines.
class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string usage) : usage_(std::move(usage)) { column_width(28); }
  std::string make_usage(const CLI::App*, std::string) const override { return usage_ + '\n'; }
  // Types, ranges and exclusions are in the manual; here a line has to stay a line.
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string name = value_name(*option);
    return name.empty() ? name : ' ' + name;
  }
  std::string make_group(std::string group, bool,
                         std::vector<const CLI::Option*> options) const override {
    std::string out = std::move(group) + ":\n";
    for (const CLI::Option* option : options) out += make_option(option, false);
    return out;
  }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return CLI::detail::find_and_replace(CLI::Formatter::make_help(app, std::move(name), mode),
                                         "\n\n", "\n");
  }
  // One name that is the other's contrary is stored as `--no-stream{false}`.
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, positional);
    name.resize(std::min(name.find('{'), name.size()));
    return name;
  }
  // The usage line has the positionals already.
  std::string make_positionals(const CLI::App*) const override { return {}; }

 private:
  std::string usage_;
};

/// The flag as users know it: the long one of `-m,--model`.
std::string long_name(const std::string& names) {
  const auto at = names.find("--");
  return names.substr(at == std::string::npos ? 0 : at);
}

/// Around a header's name and value. A line end stays, and is refused.
constexpr std::string_view kBlanks = " \t\r";

/// What is wrong with the line of a header file, or nothing.
std::optional<std::string> check_header_line(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "expected 'Name: value', or a comment after '#'";
  return check_header(trimmed(line.substr(0, colon), kBlanks),
                      trimmed(line.substr(colon + 1), kBlanks));
}

/// The headers of -H @FILE: one a line, `#` comments and blank lines aside.
void add_header_file(const std::string& path, CommonOptions& options) {
  const auto text = read_input(path, kMaxHeaderFileBytes);
  if (!text) throw CLI::ValidationError("--header", text.error().message);
  std::string_view rest = without_utf8_mark(*text);
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    if (const auto wrong = check_header_line(line)) {
      throw CLI::ValidationError("--header",
                                 shown_whole(path) + ":" + std::to_string(number) + ": " + *wrong);
    }
    options.flags.push_back({"headers", std::string(line), "--header"});
  }
}

/// -H takes `Name: value`, or @FILE with one such line each.
void add_header_option(CLI::App& app, CommonOptions& options) {
  app.add_option_function<std::vector<std::string>>(
         "-H,--header",
         [&options](const std::vector<std::string>& values) {
           for (const std::string& value : values) {
             if (value.starts_with('@')) {
               add_header_file(value.substr(1), options);
             } else {
               options.flags.push_back({"headers", value, "--header"});
             }
           }
         },
         "Extra upstream header, or @FILE with one a line")
      ->type_name("'N: V'")
      ->allow_extra_args(false)
      ->group(kUpstreamGroup);
}

/// Takes the words out of what was not placed; unknown options before a `--` stay.
std::vector<std::string> split_words(std::vector<std::string>& unplaced) {
  std::vector<std::string> words;
  std::vector<std::string> options;
  bool only_words = false;
  for (std::string& word : unplaced) {
    if (!only_words && word == "--") {
      only_words = true;
    } else if (!only_words && word.size() > 1 && word[0] == '-') {
      options.push_back(std::move(word));
    } else {
      words.push_back(std::move(word));
    }
  }
  unplaced = std::move(options);
  return words;
}

/// CLI11 names the first word it could not place behind its last colon.
void say_unexpected(const CLI::App& app, const std::vector<std::string>& words,
                    const std::string& command) {
  for (const std::string& word : words) {
    if (word.size() > 1 && word[0] == '-') return say_error(unknown_option(app, word));
  }
  say_error("unexpected argument '" + (words.empty() ? "" : shown_whole(words.front())) +
            "'; see proxx " + command + " --help");
}

/// `--mock=no` would be taken for --mock.
void refuse_flag_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0) option->disable_flag_override();
  }
}

}  // namespace

void add_setting(CLI::App& app, CommonOptions& options, const std::string& names,
                 const std::string& key, const std::string& value_name, const std::string& help) {
  const std::string flag = long_name(names);
  app.add_option_function<std::string>(
         names,
         [&options, key, flag](const std::string& value) {
           options.flags.push_back({key, value, flag});
         },
         help)
      ->type_name(value_name);
}

void add_color(CLI::App& app) {
  app.add_option_function<std::string>(
         "--color",
         [](const std::string& when) {
           set_color(when == "always"  ? Color::always
                     : when == "never" ? Color::never
                                       : Color::automatic);
         },
         "Colours in diagnostics: auto, always or never")
      ->type_name("WHEN")
      ->check(one_of({"auto", "always", "never"}));
}

void add_config(CLI::App& app, std::optional<std::string>& config) {
  app.add_option("-c,--config", config, "Configuration file, or 'none'")->type_name("FILE");
}

void add_common(CLI::App& app, CommonOptions& options, const std::string& model_help) {
  app.add_option("-m,--model", options.model, model_help)->type_name("NAME")->group(kAnswerGroup);
  app.add_flag_callback(
         "--strict",
         [&options] {
           options.flags.push_back({"on_lossy", "error", "--strict"});
         },
         "Fail on what Claude has no place for, instead of a notice")
      ->group(kAnswerGroup);

  app.add_flag("--mock", options.mock, "Ask the built-in stand-in for Claude: no key, no network")
      ->group(kUpstreamGroup);
  add_setting(app, options, "--upstream", "upstream", "HOST",
              "Who hosts Claude: anthropic, aws, google, bedrock, vertex or foundry");
  add_setting(app, options, "--upstream-url", "upstream_url", "URL",
              "Ask the server at this address instead");
  add_setting(app, options, "--key-file", "api_key_file", "FILE", "Read the API key from a file");
  add_header_option(app, options);
  add_setting(app, options, "-x,--proxy", "proxy", "URL", "Connect through this proxy");
  add_setting(app, options, "--cacert", "cacert", "FILE",
              "Trust the certificate authorities in this PEM file");
  for (const char* name : {"--upstream", "--upstream-url", "--key-file", "--proxy", "--cacert"}) {
    app.get_option(name)->group(kUpstreamGroup);
  }

  add_config(app, options.config);
  app.add_flag("-v,--verbose", options.verbose, "Show headers; -vv bodies and raw events too");
  app.add_flag("-q,--quiet", options.quiet, "Show errors only, no notices");
  add_color(app);
}

void add_limits(CLI::App& app, CommonOptions& options) {
  app.add_option("--record", options.record,
                 "Keep what is sent and answered, for proxx mock --replay")
      ->type_name("DIR")
      ->check(a_file());
  add_setting(app, options, "--retry", "retry", "N", "Try again up to N times after a failure (2)");
  add_setting(app, options, "--max-time", "timeouts.total", "S",
              "Limit for one try as a whole (none)");
  add_setting(app, options, "--connect-timeout", "timeouts.connect", "S", "Limit to connect (5)");
  add_setting(app, options, "--idle-timeout", "timeouts.idle", "S",
              "Limit for silence within an answer (120)");
  for (const char* name : {"--retry", "--max-time", "--connect-timeout", "--idle-timeout"}) {
    app.get_option(name)->group(kUpstreamGroup);
  }
}

void add_request_command(CLI::App& app, RequestCommandOptions& options) {
  static const std::map<std::string, Format> kFormats = {{"auto", Format::automatic},
                                                         {"json", Format::json},
                                                         {"sse", Format::sse},
                                                         {"text", Format::text}};
  app.add_option("-o,--output", options.output, "Write here instead of stdout")
      ->type_name("FILE")
      ->check(a_file())
      ->group(kAnswerGroup);
  app.add_option_function<std::string>(
         "-F,--format", [&options](const std::string& name) { options.format = kFormats.at(name); },
         options.format == Format::text
             ? "text, json, sse, or auto: a stream with --stream, else json (text)"
             : "json, sse, text, or auto: a stream if the request asks for one (auto)")
      ->type_name("FORMAT")
      ->check(one_of({"auto", "json", "sse", "text"}))
      ->group(kAnswerGroup);
  app.add_flag_function(
         "--stream,!--no-stream", [&options](int64_t count) { options.stream = count > 0; },
         "Ask for a stream, or for none")
      ->take_last()
      ->group(kAnswerGroup);
  app.add_flag("-n,--dry-run", options.dry_run, "Print the Anthropic request, send nothing")
      ->group(kAnswerGroup);
  app.add_flag("-u,--usage", options.usage, "Tokens, cost and times on stderr")
      ->group(kAnswerGroup);
  add_limits(app, options);
}

void set_usage(CLI::App& app, std::string text) {
  app.formatter(std::make_shared<HelpFormatter>(std::move(text)));
}

std::optional<int> parse(CLI::App& app, int argc, char** argv, const TakeWords& take_words) {
  app.set_help_flag("-h,--help", "This text");
  app.allow_extras();
  refuse_flag_values(app);
  try {
    app.parse(argc, argv);
    std::vector<std::string> unplaced = app.remaining();
    if (take_words) {
      if (const auto wrong = take_words(split_words(unplaced))) return wrong;
    }
    if (unplaced.empty()) return std::nullopt;
    say_unexpected(app, unplaced, argv[0]);
  } catch (const CLI::CallForHelp&) {
    Output output(Content::text);
    Status status = output.write(app.help());
    if (status) status = output.close();
    return status ? 0 : report(status.error());
  } catch (const CLI::ParseError& error) {
    say_error(words_of(app, error));
  }
  return 2;
}

}  // namespace proxx::cli
