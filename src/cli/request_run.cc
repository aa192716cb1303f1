#include "cli/request_run.h"

#include <unistd.h>

#include <optional>

#include "cli/commands.h"
#include "cli/models_remote.h"
#include "cli/reader_watch.h"
#include "cli/record.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/signals.h"
#include "cli/stdout_sink.h"
#include "cli/terminal.h"
#include "cli/text_view.h"
#include "exchange/protocols.h"
#include "openai/error.h"
#include "openai/words.h"

namespace proxx::cli {
namespace {

std::optional<AnswerForm> form_of(Format format) {
  switch (format) {
    case Format::automatic:
      return std::nullopt;
    case Format::json:
      return AnswerForm::whole;
    case Format::sse:
      return AnswerForm::stream;
    case Format::text:
      return AnswerForm::text;
  }
  return std::nullopt;
}

/// Text and sse are shown as they come, so they are asked for as streams unless told otherwise.
std::optional<bool> stream_override(const RequestCommandOptions& options) {
  if (options.stream) return options.stream;
  if (options.format == Format::text || options.format == Format::sse) return true;
  return std::nullopt;
}

int dry_run(const RequestCommandOptions& options, const std::string& request) {
  const auto loaded = load(options);
  if (!loaded) return report(loaded.error());
  const Settings& settings = loaded->settings;
  say_models_not_asked(settings, options.quiet);
  const ModelTable models = model_table(settings);
  RequestOptions conversion = request_options(settings, models);
  conversion.model_override = options.model;
  conversion.stream_override = stream_override(options);
  const auto converted = convert_request(request, nullptr, conversion);
  if (!converted) return refuse(options, converted.error());
  report_notices(converted->notices, settings.on_lossy, options.quiet);
  if (options.verbose > 0) {
    const Credential none;
    const Secrets secrets = held_secrets(settings);
    const auto show = [&secrets](const std::string& line) {
      write_stderr(trace_lines('>', shown_header(line, secrets)));
    };
    show("POST " + settings.upstream_url + "/v1/messages");
    for (const auto& [name, value] :
         upstream_headers(header_options(settings), none, {"", converted->betas})) {
      std::string line = name;
      show(line.append(": ").append(value));
    }
  }
  Output output;
  if (!options.output.empty()) {
    Output file(options.output);
    const Status status = file.write_whole(converted->body + '\n');
    return status ? 0 : report(status.error());
  }
  Status status = output.write(converted->body + '\n');
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

int send(const RequestCommandOptions& options, std::string request) {
  auto made = Runtime::make(options);
  if (!made) return report(made.error());
  Runtime& runtime = **made;
  std::optional<Output> output;
  if (options.output.empty()) {
    output.emplace();
  } else {
    output.emplace(options.output);
  }
  if (const Status status = output->check(); !status) return report(status.error());
  end_on_signals(output->is_terminal());
  std::optional<ReaderWatch> reader;
  if (options.output.empty()) reader.emplace(runtime.loop(), STDOUT_FILENO);
  fetch_models_if_set(runtime, options.quiet);
  runtime.context().conversion.stream_override = stream_override(options);

  int exit_code = 0;
  const std::optional<AnswerForm> form = form_of(options.format);
  StdoutSink sink(runtime.loop(), *output, form, [&](const Error* error) {
    if (error != nullptr) exit_code = report(*error);
    runtime.loop().stop();
  });
  TextView view(sink);
  Recording recording(runtime.context(), runtime.record_folder(), form, view);
  Exchange exchange(recording.context(), recording.sink());
  sink.on_drain([&exchange] { exchange.resume(); });
  exchange.on_notices([&](const Notices& notices) {
    report_notices(notices, runtime.settings().on_lossy, options.quiet);
  });
  if (!options.quiet) {
    exchange.on_retry(report_retry);
    exchange.on_reasoning([&view](std::string_view text) { view.show_reasoning(text); });
  }

  ExchangeRequest incoming;
  incoming.body = std::move(request);
  incoming.credential = runtime.credential();
  incoming.form = form;
  exchange.start(std::move(incoming));
  runtime.loop().run();

  const AnswerFacts& facts = exchange.facts();
  if (exit_code == 0 && form == AnswerForm::text &&
      facts.stop.reason == answer::StopReason::refusal) {
    say_error(json::unescape(openai::raw_refusal_text(facts.stop)));
    exit_code = kExitRefused;
  }
  if (!options.quiet) {
    if (facts.stop.cuts_call) {
      say("a tool call's arguments were cut off by max_tokens and are not complete JSON");
    } else if (form == AnswerForm::text && is_cut_off(facts.stop.reason)) {
      say("the answer was cut off: it reached max_tokens or the model's context window");
    }
  }
  if (options.usage) {
    write_stderr(
        "proxx: " + usage_line(facts, exchange.times(), runtime.models().find(facts.model)) + '\n');
  }
  return exit_code;
}

}  // namespace

int refuse(const RequestCommandOptions& options, const Error& error) {
  if (options.format != Format::text && error.kind != ErrorKind::usage) {
    Output output;
    if (const Status status = output.write(error_body(error) + '\n'); !status) {
      return report(status.error());
    }
  }
  return report(error);
}

int run_request(const RequestCommandOptions& options, std::string request) {
  return options.dry_run ? dry_run(options, request) : send(options, std::move(request));
}

}  // namespace proxx::cli
