#include <unistd.h>

#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "answer/converter.h"
#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/io/output.h"
#include "cli/io/process.h"
#include "cli/options/options.h"
#include "cli/report.h"
#include "cli/request_form.h"
#include "cli/runtime.h"
#include "cli/usage_text.h"
#include "exchange/protocols.h"
#include "json/text.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

/// What an upstream answer may weigh (docs/faults.md U7).
constexpr size_t kMaxAnswerBytes = size_t{256} << 20;
constexpr size_t kPieceBytes = size_t{128} << 10;

Result<LoadedSettings> load_settings_of(const ConvertOptions& options) {
  CommonOptions common;
  common.config = options.config;
  PROXX_ASSIGN(LoadedSettings loaded, load(common));
  return loaded;
}

Status convert_one_request(const ConvertOptions& options, Output& output) {
  PROXX_ASSIGN(const LoadedSettings loaded, load_settings_of(options));
  const Settings& settings = loaded.settings;
  PROXX_ASSIGN(const std::string text, read_input(options.file));
  PROXX_TRY(check_request_form(text));
  const ModelTable models = model_table(settings);
  RequestOptions conversion = request_options(loaded, models);
  conversion.model_override = options.model;
  if (options.strict) conversion.on_lossy = OnLossy::error;
  PROXX_ASSIGN(const ConvertedRequest converted,
               convert_request(text, protocol_named(options.api), conversion));
  report_notices(converted.notices, conversion.on_lossy, false);
  return output.write(converted.body + '\n');
}

/// Makes the output for an answer as --request asks, with the flags on top.
Result<std::unique_ptr<answer::Output>> make_output(const ConvertOptions& options,
                                                    AnswerForm form) {
  const Protocol& protocol = *protocol_named(options.api.empty() ? "chat" : options.api);
  json::Document document;
  std::string text;
  if (!options.request_file.empty()) {
    PROXX_ASSIGN(text, read_input(options.request_file));
    PROXX_TRY(document.parse_view(text, kRequestJson));
    if (!document.root().is_object()) {
      return err(ErrorKind::invalid_request,
                 "object expected: " + std::string(protocol.request_noun));
    }
  }
  const json::Reader request = text.empty() ? json::Reader() : document.root();
  PROXX_ASSIGN(const LoadedSettings loaded, load_settings_of(options));
  const Settings& settings = loaded.settings;
  const ModelTable models = model_table(settings);
  RequestOptions conversion = request_options(loaded, models);
  conversion.model_override = options.model;
  const AnswerSettings answer{settings.convert.reasoning, settings.convert.echo_model,
                              options.include_usage};
  PROXX_ASSIGN(const MakeOutput make, answer_to(request, protocol, conversion, answer));
  const int64_t now = options.created_unix_s.value_or(static_cast<int64_t>(std::time(nullptr)));
  return make(form, {}, [now] { return now; });
}

/// Upstream text that is no JSON is here an input like any other: exit 3, not 5.
Error as_input_error(Error error) {
  if (error.kind == ErrorKind::upstream_protocol) error.kind = ErrorKind::invalid_request;
  return error;
}

Status convert_one_response(const ConvertOptions& options, Output& output) {
  PROXX_ASSIGN(auto answer, make_output(options, AnswerForm::whole));
  PROXX_ASSIGN(const std::string text, read_input(options.file, kMaxAnswerBytes));
  AnswerConverter converter(std::move(answer));
  std::string out;
  if (Status status = converter.feed_message(text, out); !status) {
    return err(in_openai_words(as_input_error(std::move(status).error())));
  }
  return output.write(out);
}

/// Sets `told` if the answer had begun and shows the error itself.
Status feed_stream(AnswerConverter& converter, int input, Output& output, bool& told) {
  std::vector<char> piece(kPieceBytes);
  std::string out;
  for (;;) {
    PROXX_ASSIGN(const size_t got, read_some(input, piece.data(), piece.size()));
    Status status =
        got == 0 ? converter.finish(out) : converter.feed_events({piece.data(), got}, out);
    if (!status) status = err(in_openai_words(std::move(status).error()));
    told = !status && converter.started();
    if (told) converter.output().fail(status.error(), out);
    PROXX_TRY(output.write(out));
    if (!status || got == 0) return status;
    out.clear();
  }
}

Status convert_one_stream(const ConvertOptions& options, Output& output, bool& told) {
  PROXX_ASSIGN(auto answer, make_output(options, AnswerForm::stream));
  PROXX_ASSIGN(const int input, open_input(options.file));
  AnswerConverter converter(std::move(answer));
  Status status = feed_stream(converter, input, output, told);
  if (input != STDIN_FILENO) ::close(input);
  return status;
}

Status convert(const ConvertOptions& options, Output& output, bool& told) {
  switch (options.kind) {
    case ConvertOptions::Kind::request:
      return convert_one_request(options, output);
    case ConvertOptions::Kind::response:
      return convert_one_response(options, output);
    case ConvertOptions::Kind::stream:
      return convert_one_stream(options, output, told);
  }
  return {};
}

}  // namespace

int run_convert(int argc, char** argv) {
  const auto parsed = parse_convert(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  ConvertOptions options = *parsed.options;
  if (options.file.empty() && (!was_open(STDIN_FILENO) || isatty(STDIN_FILENO) == 1)) {
    return say_usage("nothing to convert: give a FILE or pipe it in", kConvertUsage,
                     "proxx convert request req.json", "proxx convert --help");
  }
  if (options.file.empty()) options.file = "-";
  Output output;
  bool told = false;
  Status status = convert(options, output, told);
  if (!status && !told && status.error().kind != ErrorKind::usage &&
      status.error().kind != ErrorKind::output_failed) {
    const bool stream = options.kind == ConvertOptions::Kind::stream;
    const Error& error = status.error();
    const Status shown = output.write(stream ? error_frame(error) : error_body(error) + '\n');
    if (!shown) return report(shown.error());
  }
  if (status) status = output.close();
  return status ? 0 : report(status.error());
}

}  // namespace proxx::cli
