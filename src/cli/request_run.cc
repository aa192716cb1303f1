#include "cli/request_run.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "cli/commands.h"
#include "cli/io/reader_watch.h"
#include "cli/io/signals.h"
#include "cli/io/stdout_sink.h"
#include "cli/io/terminal.h"
#include "cli/io/text_view.h"
#include "cli/models_remote.h"
#include "cli/record.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "exchange/protocols.h"
#include "json/reader.h"
#include "json/string.h"
#include "json/text.h"
#include "openai/error.h"
#include "openai/words.h"
#include "upstream/host_provider.h"

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

/// Text and sse are printed as they come, so a stream is requested unless an option says otherwise.
std::optional<bool> stream_override(const RequestCommandOptions& options) {
  if (options.stream) return options.stream;
  if (options.format == Format::text || options.format == Format::sse) return true;
  return std::nullopt;
}

/// Who asked in words wrote flags and no fields.
void tell_notices(const RequestCommandOptions& options, OnLossy on_lossy, Notices notices) {
  if (options.in_words) {
    for (Notice& notice : notices) notice.path = flag_of_field(notice.path);
  }
  report_notices(notices, on_lossy, options.quiet);
}

/// -n -v: the head that would be sent, without a credential.
void show_request_head(const Settings& settings, const UpstreamRequest& request) {
  const Secrets secrets = held_secrets(settings);
  const auto show = [&secrets](const std::string& line) {
    write_stderr(trace_lines('>', shown_header(line, secrets)));
  };
  show(request.method + " " + settings.upstream_url + request.path);
  for (const auto& [name, value] : request.headers) {
    std::string line = name;
    show(line.append(": ").append(value));
  }
}

/// 128000 in a request that asked for nothing like it surprises.
void explain_max_tokens(const std::string& request) {
  json::Document document;
  if (!document.parse(request, kRequestJson)) return;
  for (const char* name : {"max_tokens", "max_completion_tokens", "max_output_tokens"}) {
    if (!document.root().get(name).is_null()) return;
  }
  say("the request sets no max_tokens, so convert.max_tokens or the model's limit is sent; "
      "only tokens that are written cost");
}

/// What would be sent, without a credential.
Result<UpstreamRequest> prepared(const LoadedSettings& loaded, const ConvertedRequest& converted) {
  ProviderCall call;
  call.body = converted.body;
  call.headers.betas = converted.betas;
  const auto provider = make_provider(loaded.target, loaded.settings.upstream_url,
                                      header_options(loaded.settings), {});
  return provider->prepare(std::move(call));
}

int dry_run(const RequestCommandOptions& options, const std::string& request) {
  const auto loaded = load(options);
  if (!loaded) return report(loaded.error());
  const Settings& settings = loaded->settings;
  say_models_not_asked(settings, options.quiet);
  const ModelTable models = model_table(settings);
  RequestOptions conversion = request_options(*loaded, models);
  conversion.model_override = options.model;
  conversion.stream_override = stream_override(options);
  const auto converted = convert_request(request, nullptr, conversion);
  if (!converted) return refuse(options, converted.error());
  tell_notices(options, settings.on_lossy, converted->notices);
  const auto sent = prepared(*loaded, *converted);
  if (!sent) return refuse(options, sent.error());
  if (options.verbose > 0) show_request_head(settings, *sent);
  if (options.verbose > 0 && !options.quiet) explain_max_tokens(request);
  if (!options.output.empty()) {
    Output file(options.output);
    const Status status = file.write_whole(sent->body + '\n');
    return status ? 0 : report(status.error());
  }
  Output output;
  Status status = output.write(sent->body + '\n');
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

/// Sends the request and prints the answer to `output` as it comes.
class Sending {
 public:
  Sending(const RequestCommandOptions& options, Runtime& runtime, Output& output)
      : options_(options),
        runtime_(runtime),
        form_(form_of(options.format)),
        sink_(runtime.loop(), output, form_, [this](const Error* error) { end(error); }),
        view_(sink_),
        recording_(runtime.context(), runtime.record_folder(), form_, view_),
        exchange_(recording_.context(), recording_.sink()) {
    sink_.on_drain([this] { exchange_.resume(); });
    exchange_.on_notices([this](const Notices& notices) {
      tell_notices(options_, runtime_.settings().on_lossy, notices);
    });
    if (options_.quiet) return;
    exchange_.on_retry(report_retry);
    exchange_.on_reasoning([this](std::string_view text) { view_.show_reasoning(text); });
  }

  /// Returns the exit code.
  int run(std::string request, const std::function<Status(std::string_view)>& keep) {
    view_.keep_text(keep != nullptr);
    ExchangeRequest incoming;
    incoming.body = std::move(request);
    incoming.credential = runtime_.credential();
    incoming.form = form_;
    exchange_.start(std::move(incoming));
    runtime_.loop().run();
    report_refusal();
    if (keep && exit_code_ == 0) keep_answer(keep);
    if (!options_.quiet) report_cut_off();
    if (options_.usage) report_usage();
    return exit_code_;
  }

 private:
  void end(const Error* error) {
    if (error != nullptr) exit_code_ = tell_error(*error);
    runtime_.loop().stop();
  }
  int tell_error(const Error& error) {
    const Error told = runtime_.with_key_source(error);
    return report(options_.in_words ? in_flag_words(told) : told);
  }
  /// An answer without text would be refused as history.
  void keep_answer(const std::function<Status(std::string_view)>& keep) {
    std::string_view text = view_.text();
    text = text.substr(0, text.find_last_not_of('\n') + 1);
    if (text.empty()) return;
    if (const Status status = keep(text); !status) exit_code_ = report(status.error());
  }
  void report_refusal() {
    const AnswerFacts& facts = exchange_.facts();
    if (exit_code_ != 0 || form_ != AnswerForm::text ||
        facts.stop.reason != answer::StopReason::refusal) {
      return;
    }
    say_error(json::unescape(openai::refusal_text(facts.stop)));
    exit_code_ = kExitRefused;
  }
  void report_cut_off() const {
    const AnswerFacts& facts = exchange_.facts();
    if (facts.stop.cuts_call) {
      say("a tool call's arguments were cut off by max_tokens and are not complete JSON");
    } else if (form_ == AnswerForm::text && exit_code_ == 0 && view_.is_empty()) {
      say("the answer is empty");
    } else if (form_ == AnswerForm::text && is_cut_off(facts.stop.reason)) {
      say(cut_off_text(facts.stop.reason, options_.in_words));
    }
  }
  void report_usage() const {
    const AnswerFacts& facts = exchange_.facts();
    const Model* const model = runtime_.models().find(facts.model);
    say_list(usage_line(facts, exchange_.times(), model));
  }

  const RequestCommandOptions& options_;
  Runtime& runtime_;
  const std::optional<AnswerForm> form_;
  int exit_code_ = 0;
  StdoutSink sink_;
  TextView view_;
  Recording recording_;
  Exchange exchange_;
};

int send(const RequestCommandOptions& options, std::string request,
         const std::function<Status(std::string_view)>& keep) {
  auto made = Runtime::make(options);
  if (!made) return report(made.error());
  Runtime& runtime = **made;
  const bool to_stdout = options.output.empty();
  std::optional<Output> output;
  if (to_stdout) {
    output.emplace();
  } else {
    output.emplace(options.output);
  }
  if (const Status status = output->check(); !status) return report(status.error());
  end_on_signals(output->is_terminal());
  std::optional<ReaderWatch> reader;
  if (to_stdout) reader.emplace(runtime.loop(), STDOUT_FILENO);
  fetch_models_if_set(runtime, options.quiet);
  runtime.context().conversion.stream_override = stream_override(options);
  return Sending(options, runtime, *output).run(std::move(request), keep);
}

}  // namespace

int refuse(const RequestCommandOptions& options, const Error& error) {
  if (options.format != Format::text && error.kind != ErrorKind::usage) {
    Output output;
    if (const Status status = output.write(error_body(error) + '\n'); !status) {
      return report(status.error());
    }
  }
  return report(options.in_words ? in_flag_words(error) : error);
}

int run_request(const RequestCommandOptions& options, std::string request,
                const std::function<Status(std::string_view)>& keep) {
  return options.dry_run ? dry_run(options, request) : send(options, std::move(request), keep);
}

}  // namespace proxx::cli
