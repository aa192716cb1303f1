#include "cli/batch/dry_run.h"

#include <unistd.h>

#include <vector>

#include "cli/batch/file.h"
#include "cli/batch/line.h"
#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/io/jsonl.h"
#include "cli/io/output.h"
#include "cli/io/terminal.h"
#include "cli/models_remote.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "exchange/protocols.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

constexpr size_t kPieceBytes = size_t{128} << 10;

/// The line to print.
Result<std::string> convert_line(const LineCutter::Line& line, bool text,
                                 const RequestOptions& conversion, json::Document& document) {
  if (line.too_long) return err(ErrorKind::invalid_request, "line too long");
  const std::string made = text ? prompt_line(line.text, line.number) : std::string();
  const BatchLine read = read_batch_line(text ? made : line.text, line.number, document);
  if (read.request.empty()) return err(read.error);
  PROXX_ASSIGN(const ConvertedRequest converted,
               convert_request(read.request, read.protocol, conversion));
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("custom_id").string(read.custom_id);
  writer.key("params").raw(converted.body).end_object();
  return out += '\n';
}

}  // namespace

Result<int> dry_run_batch(const BatchOptions& options, const std::string& path) {
  PROXX_ASSIGN(const LoadedSettings loaded, load(options));
  say_models_not_asked(loaded.settings, options.quiet);
  const ModelTable models = model_table(loaded.settings);
  RequestOptions conversion = request_options(loaded, models);
  conversion.model_override = options.model;
  PROXX_ASSIGN(const int input, open_input(path));
  const Descriptor closes(input == STDIN_FILENO ? -1 : input);
  Output output;

  LineCutter cutter(kMaxRequestBytes);
  json::Document document;
  std::vector<char> piece(kPieceBytes);
  bool failed = false;
  for (;;) {
    PROXX_ASSIGN(const size_t got, read_some(input, piece.data(), piece.size()));
    cutter.feed({piece.data(), got});
    for (;;) {
      const auto line = got == 0 ? cutter.rest() : cutter.next();
      if (!line) break;
      const auto converted = convert_line(*line, options.text, conversion, document);
      if (converted) {
        PROXX_TRY(output.write(*converted));
        continue;
      }
      failed = true;
      say_error("line " + std::to_string(line->number) + ": " + describe(converted.error()));
    }
    if (got == 0) break;
  }
  PROXX_TRY(output.close());
  return failed ? kExitLinesFailed : 0;
}

}  // namespace proxx::cli
