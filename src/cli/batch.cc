#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "cli/batch/dry_run.h"
#include "cli/batch/line.h"
#include "cli/batch/run.h"
#include "cli/batch/usage.h"
#include "cli/commands.h"
#include "cli/half_price/half_price.h"
#include "cli/io/input.h"
#include "cli/io/output.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/models_remote.h"
#include "cli/report.h"
#include "cli/usage_text.h"

namespace proxx::cli {
namespace {

constexpr size_t kPieceBytes = size_t{128} << 10;

Status check_line(const LineCutter::Line& line, bool resume, IdSet& ids, json::Document& document) {
  const BatchLine read = read_batch_line(line.text, line.number, document);
  const std::string place = "line " + std::to_string(line.number) + ": ";
  if (resume && !read.has_own_id && !read.request.empty()) {
    return err(ErrorKind::usage, place + kResumeNeedsIds);
  }
  if (!read.custom_id.empty() && !ids.insert(read.custom_id)) {
    return err(ErrorKind::usage, place + "the custom_id '" + read.custom_id + "' stands twice");
  }
  return {};
}

/// Reads a file from where it stands to its end, before anything is asked: every id may stand
/// there once. Returns the number of lines.
Result<uint64_t> scan_input(int descriptor, const BatchOptions& options) {
  IdSet ids;
  LineCutter cutter(kMaxRequestBytes);
  json::Document document;
  std::vector<char> piece(kPieceBytes);
  uint64_t lines = 0;
  for (;;) {
    PROXX_ASSIGN(const size_t got, read_some(descriptor, piece.data(), piece.size()));
    cutter.feed({piece.data(), got});
    for (;;) {
      const auto line = got == 0 ? cutter.rest() : cutter.next();
      if (!line) break;
      lines = line->number;
      // The ids of --text are the lines' numbers.
      if (!options.text) PROXX_TRY(check_line(*line, options.resume, ids, document));
    }
    if (got == 0) return lines;
  }
}

/// What can be read twice is, and stands where it stood.
Result<BatchInput> prepare_input(int descriptor, const BatchOptions& options) {
  BatchInput input;
  input.descriptor = descriptor;
  struct stat info {};
  if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return input;
  const off_t start = lseek(descriptor, 0, SEEK_CUR);
  PROXX_ASSIGN(input.lines, scan_input(descriptor, options));
  if (lseek(descriptor, start, SEEK_SET) == -1) {
    return err(ErrorKind::usage, std::string("read error: ") + std::strerror(errno));
  }
  return input;
}

/// Text cannot be gone on with.
Result<BatchFile> create_file(const BatchOptions& options) {
  auto file = BatchFile::create(options.output);
  if (!file && file.error().kind == ErrorKind::usage && options.format == Format::text) {
    return err(ErrorKind::usage, options.output +
                                     " exists; what was answered is not overwritten: name another "
                                     "file, or move this one away");
  }
  return file;
}

Result<std::optional<BatchFile>> open_file(const BatchOptions& options, const ModelTable& models,
                                           BatchInput& input) {
  if (options.output.empty()) return std::optional<BatchFile>();
  const auto count = [&](const ResultLine& result) {
    if (options.usage) add_recorded(input.before, result.response, models);
  };
  PROXX_ASSIGN(BatchFile file, options.resume
                                   ? BatchFile::resume(options.output, input.answered, count)
                                   : create_file(options));
  return std::optional<BatchFile>(std::move(file));
}

Result<int> batch(const BatchOptions& options) {
  const std::string path = options.file.empty() ? "-" : options.file;
  if (options.dry_run) return dry_run_batch(options, path);
  PROXX_ASSIGN(const auto runtime, Runtime::make(options));
  PROXX_ASSIGN(const Descriptor file, open_input(path).map([](int number) {
    return number == STDIN_FILENO ? Descriptor() : Descriptor(number);
  }));
  const int descriptor = file.number() == -1 ? STDIN_FILENO : file.number();
  PROXX_ASSIGN(BatchInput input, prepare_input(descriptor, options));
  if (input.lines == uint64_t{0}) {
    return err(ErrorKind::invalid_request, "the input is empty");
  }
  PROXX_ASSIGN(auto results, open_file(options, runtime->models(), input));
  if (!results) PROXX_TRY(Output().check());
  BatchOutput output(runtime->loop(), std::move(results));
  fetch_models_if_set(*runtime, options.quiet);
  return BatchRun(*runtime, options, std::move(input), output).run();
}

}  // namespace

int run_batch(int argc, char** argv) {
  const auto parsed = parse_batch(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  const BatchOptions& options = *parsed.options;
  if (options.file.empty() && (!was_open(STDIN_FILENO) || isatty(STDIN_FILENO) == 1)) {
    return say_usage("no requests: give a FILE or pipe them in", kBatchUsage,
                     "proxx batch -o out.jsonl in.jsonl", "proxx batch --help");
  }
  if (options.resume && options.output.empty()) {
    say_error("--resume needs -o FILE: the results of the earlier run");
    return kExitUsage;
  }
  if (options.half_price && options.output.empty() && !options.dry_run) {
    say_error("--half-price needs -o FILE, beside which it keeps its state");
    return kExitUsage;
  }
  if (options.half_price && !options.record.empty()) {
    say_error("--half-price excludes --record");
    return kExitUsage;
  }
  const auto exit_code = options.half_price ? run_half_price(options) : batch(options);
  return exit_code ? *exit_code : report(exit_code.error());
}

}  // namespace proxx::cli
