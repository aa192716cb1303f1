#include "cli/half_price/half_price.h"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <random>
#include <utility>

#include "base/hash.h"
#include "cli/batch/usage.h"
#include "cli/commands.h"
#include "cli/half_price/item.h"
#include "cli/half_price/journal_file.h"
#include "cli/half_price/loop.h"
#include "cli/half_price/run.h"
#include "cli/half_price/settings.h"
#include "cli/io/file_replacement.h"
#include "cli/io/output.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/models_remote.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "json/writer.h"

namespace proxx::cli {
namespace {

constexpr size_t kTagDigits = 8;

std::string new_tag() {
  std::random_device random;
  return hex(uint64_t{random()} << 32 | random()).substr(0, kTagDigits);
}

std::string input_path(const BatchOptions& options) {
  return options.file.empty() ? "-" : options.file;
}

RequestOptions item_options(RequestOptions conversion, const std::string& model) {
  conversion.model_override = model;
  conversion.batch_item = true;
  return conversion;
}

HalfOptions half_options(Runtime& runtime, const BatchOptions& options) {
  HalfOptions half;
  half.conversion = item_options(runtime.context().conversion, options.model);
  half.retry = runtime.settings().retry;
  half.poll = runtime.settings().half_price.poll;
  half.settle = runtime.settings().half_price.settle;
  half.costs = options.usage;
  half.no_wait = options.no_wait;
  half.cancel = options.cancel;
  half.again = options.again;
  half.adopt = options.adopt;
  return half;
}

JournalHead head_of(const HalfInput& input, const Runtime& runtime, const BatchOptions& options) {
  JournalHead head;
  head.lines = input.lines();
  head.bytes = input.bytes();
  head.hash = input.hash();
  head.tag = new_tag();
  head.settings = half_settings(runtime.settings(), options.model);
  return head;
}

/// What is not as it was when the journal was begun; "" if nothing.
std::string difference(const JournalHead& was, const JournalHead& is, const std::string& input) {
  if (was.lines != is.lines || was.bytes != is.bytes || was.hash != is.hash) {
    return input + " is not the input that it was (" + grouped(was.lines) + " lines, " +
           grouped(was.bytes) + " bytes then; " + grouped(is.lines) + " lines, " +
           grouped(is.bytes) + " bytes now)";
  }
  return changed_setting(was.settings, is.settings);
}

/// The output's name with all links followed: its journal is beside the file itself.
std::string journal_path(const BatchOptions& options) {
  return end_of_links(options.output) + ".batches";
}

/// Begins the journal, or sees that it is about this input and these settings.
Status prepare_journal(JournalFile& file, Journal& journal, const JournalHead& head,
                       const BatchOptions& options) {
  if (journal.empty()) return journal.begin(head);
  const std::string changed = difference(journal.head(), head, input_path(options));
  if (changed.empty()) return {};
  // Nothing is under way: what is there to be run again may be run in another way.
  const bool nothing_sent = journal.batches().empty();
  if (!journal.has_open_batches() && (options.resume || nothing_sent)) {
    // Results of another input are told by their ids alone.
    if (journal.head().hash != head.hash) PROXX_TRY(HalfInput::open(input_path(options), true));
    PROXX_TRY(file.clear());
    journal.forget();
    return journal.begin(head);
  }
  return err(ErrorKind::usage,
             file.path() + ": " + changed +
                 (journal.has_open_batches()
                      ? ": go on with what it began with, or move the file away (batches that "
                        "run are paid for)"
                      : ": --resume runs what failed in the new way"));
}

/// --resume: failures are taken out of the output, and their lines out of their batches.
Status resume(Journal& journal, HalfOutput& output, const HalfInput& input) {
  LineRanges failed;
  for (uint64_t line = 1; line <= input.lines(); ++line) {
    if (output.mark(line) == HalfOutput::Mark::failed) append_line(failed, line);
  }
  if (!failed.empty() || journal.cancelled()) PROXX_TRY(journal.resume(failed));
  return output.drop_failures();
}

/// 0 if none failed.
uint64_t first_failed_line(const HalfContext& context) {
  for (uint64_t line = 1; line <= context.input.lines(); ++line) {
    if (context.output.mark(line) == HalfOutput::Mark::failed) return line;
  }
  return 0;
}

int summary(const HalfContext& context, HalfEnd end, const BatchOptions& options,
            const BatchCounts& before) {
  const HalfStanding standing = standing_of(context);
  if (options.usage) {
    say_list("usage: " + tokens_text(context.counts.tokens) + ", " + standing_text(standing));
    tell_whole_usage(context.counts, before);
  }
  if (end == HalfEnd::not_finished) {
    if (!options.quiet) say("not finished: " + standing_text(standing));
    return kExitNotFinished;
  }
  if (standing.failed == 0 && end == HalfEnd::complete) return 0;
  if (standing.failed > 0) {
    say_error(grouped(standing.failed) + " of " + grouped(context.input.lines()) +
              " lines failed; --resume runs them again; first to fail: line " +
              grouped(first_failed_line(context)));
  }
  if (standing.waiting > 0) {
    say_error(grouped(standing.waiting) + " lines were not sent; --resume sends them");
  }
  return kExitLinesFailed;
}

/// What a signal leaves behind.
[[noreturn]] void die_after(int signal, const HalfContext& context, const BatchOptions& options,
                            bool with_mock) {
  const auto& batches = context.journal.batches();
  size_t running = 0;
  for (const JournalBatch& batch : batches) running += batch.got ? 0 : 1;
  if (with_mock && !options.quiet) {
    say("the batches of --mock end with it: remove " + options.output + " and " +
        journal_path(options) + " to begin again");
  } else if (running > 0 && !options.quiet) {
    say(std::to_string(running) + (running == 1 ? " batch goes" : " batches go") +
        " on upstream: the same command collects the answers, with --cancel it ends them");
  }
  die_by(signal);
}

Result<int> run(const BatchOptions& options, bool with_mock) {
  PROXX_ASSIGN(const auto runtime, Runtime::make(options));
  const std::string path = journal_path(options);
  struct stat info {};
  const bool goes_on = stat(path.c_str(), &info) == 0;
  if (!goes_on && (options.cancel || options.again || !options.adopt.empty())) {
    return err(ErrorKind::usage,
               path + " is not there: no batch of " + options.output + " is under way");
  }
  const bool takes_over = !goes_on && options.resume;
  PROXX_ASSIGN(HalfInput input, HalfInput::open(input_path(options), takes_over));
  const bool new_output = stat(options.output.c_str(), &info) != 0;
  if (!new_output && !S_ISREG(info.st_mode)) {
    return err(
        ErrorKind::usage,
        options.output + ": expected a regular file: --half-price reads it again when it goes on");
  }
  if (!new_output && !goes_on && !takes_over) {
    return err(ErrorKind::usage, options.output + " exists; --resume continues it");
  }
  PROXX_ASSIGN(JournalFile file, JournalFile::open(path));
  Journal journal(file);
  PROXX_TRY(file.load_into(journal));
  const bool nothing_sent_yet = journal.batches().empty();
  const JournalHead head = head_of(input, *runtime, options);
  Status prepared = prepare_journal(file, journal, head, options);
  BatchCounts before;
  const auto count = [&](const ResultLine& result) {
    if (options.usage) add_recorded(before, result.response, runtime->models());
  };
  auto opened = prepared ? HalfOutput::open(options.output, journal.head().tag, input, count)
                         : Result<HalfOutput>(err(std::move(prepared).error()));
  if (!opened) {
    if (nothing_sent_yet && !file.existed()) PROXX_TRY(file.remove());
    return err(std::move(opened).error());
  }
  HalfOutput output = std::move(*opened);
  fetch_models_if_set(*runtime, options.quiet);
  if (options.resume) PROXX_TRY(resume(journal, output, input));

  const HalfOptions half = half_options(*runtime, options);
  HalfReport report(options.quiet, runtime->settings().on_lossy);
  LoopCalls calls(*runtime, report.on_terminal());
  HalfContext context{half, input, journal, output, calls, report};
  const auto end = HalfRun(context).run();
  report.clear();
  if (calls.signal() != 0) die_after(calls.signal(), context, options, with_mock);
  // A run that was refused before it had sent anything leaves nothing.
  const bool nothing_done = journal.batches().empty() && output.answered() + output.failed() == 0;
  if (!end) {
    if (nothing_done) {
      PROXX_TRY(file.remove());
      // Of an output that was there before, only an empty one can be of such a run.
      const bool own = new_output || goes_on;
      if (own && stat(options.output.c_str(), &info) == 0 && info.st_size == 0) {
        unlink(options.output.c_str());
      }
    }
    return err(end.error());
  }
  PROXX_TRY(output.close());
  const int exit_code = summary(context, *end, options, before);
  if (exit_code == 0) PROXX_TRY(file.remove());
  return exit_code;
}

/// The items that would be sent, one a line.
Result<int> dry_run(const BatchOptions& options) {
  PROXX_ASSIGN(const LoadedSettings loaded, load(options));
  say_models_not_asked(loaded.settings, options.quiet);
  const ModelTable models = model_table(loaded.settings);
  const RequestOptions conversion = item_options(request_options(loaded, models), options.model);
  PROXX_ASSIGN(HalfInput input, HalfInput::open(input_path(options), false));
  Output output;
  const std::string tag(kTagDigits, '0');
  bool failed = false;
  for (uint64_t number = 1; number <= input.lines(); ++number) {
    PROXX_ASSIGN(const HalfInput::Line line, input.read(number));
    const auto converted = convert_item(line, conversion);
    if (!converted) {
      failed = true;
      say_error("line " + std::to_string(number) + ": " + describe(converted.error()));
      continue;
    }
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("custom_id").string(sent_id(tag, line, number == 1));
    writer.key("params").raw(converted->body).end_object();
    PROXX_TRY(output.write(out += '\n'));
  }
  PROXX_TRY(output.close());
  return failed ? kExitLinesFailed : 0;
}

}  // namespace

Result<int> run_half_price(const BatchOptions& options) {
  PROXX_ASSIGN(const LoadedSettings loaded, load(options));
  if (const Host& host = *loaded.target.host; !host.has_batches) {
    return err(ErrorKind::usage,
               std::string(host.title) + " has no Message Batches: run it without --half-price");
  }
  if (options.dry_run) return dry_run(options);
  const bool with_mock = asks_for_mock(options, loaded.settings);
  if (options.no_wait && with_mock) {
    return err(
        ErrorKind::usage,
        "--no-wait does not go with --mock, whose batches end with it: start proxx mock, and "
        "say --upstream-url");
  }
  return run(options, with_mock);
}

}  // namespace proxx::cli
