#include "cli/batch/run.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "answer/cost.h"
#include "base/hash.h"
#include "cli/batch/line.h"
#include "cli/batch/usage.h"
#include "cli/commands.h"
#include "cli/io/input.h"
#include "cli/io/process.h"
#include "cli/io/terminal.h"
#include "cli/report.h"
#include "json/string.h"
#include "openai/error.h"
#include "openai/words.h"

namespace proxx::cli {
namespace {

/// How long what is in flight may take after a stop.
constexpr std::chrono::seconds kDrainTime{30};
constexpr std::chrono::milliseconds kProgressInterval{250};

/// Results on the terminal, too, would stand in the middle of the progress line.
bool shares_terminal(const BatchOptions& options) {
  return options.output.empty() && isatty(STDOUT_FILENO) == 1;
}

/// The upstream's own answer, as against none.
bool is_answer(const Error& error) {
  return error.kind == ErrorKind::upstream_status || error.kind == ErrorKind::upstream_error_event;
}

/// Every line would fail like this one (docs/faults.md B11).
bool concerns_every_line(const Error& error) {
  return is_answer(error) && (error.http_status == 401 || error.http_status == 402 ||
                              error.code == "insufficient_quota");
}

}  // namespace

BatchRun::BatchRun(Runtime& runtime, const BatchOptions& options, BatchInput input,
                   BatchOutput& output)
    : runtime_(runtime),
      options_(options),
      input_(std::move(input)),
      output_(output),
      source_(runtime.loop(), input_.descriptor, kMaxRequestBytes),
      progress_(!options.quiet && !shares_terminal(options)),
      notices_(options.quiet, runtime.settings().on_lossy),
      first_signal_(runtime.loop(), progress_.visible(), [this](int signal) { on_signal(signal); }),
      drain_timer_(runtime.loop()),
      progress_timer_(runtime.loop()) {
  shared_.context = runtime.context();
  shared_.context.max_retries = 0;
  shared_.max_retries = runtime.settings().retry;
  shared_.record_folder = runtime.record_folder();
  shared_.credential = &runtime.credential();
  std::random_device random;
  run_seed_ = (uint64_t{random()} << 32) | random();
  counts_.total = input_.lines;
  if (options.format == Format::text) {
    shared_.form = AnswerForm::text;
    in_order_.emplace([this](const std::string& line) { write(line); });
  }
}

int BatchRun::run() {
  output_.on_drain([this] {
    fill();
    end_if_done();
  });
  output_.on_error([this](const Error& error) { end(error); });
  show_progress();
  fill();
  runtime_.loop().run();
  return summary();
}

void BatchRun::fill() {
  if (reading_ || shared_.stopping || input_ended_ || !output_.idle()) return;
  if (jobs_.size() >= static_cast<size_t>(options_.jobs)) return;
  if (in_order_ && in_order_->is_full()) return;
  reading_ = true;
  source_.next([this](LineSource::Next next) { take(std::move(next)); });
}

void BatchRun::take(LineSource::Next next) {
  reading_ = false;
  if (!next) return end(next.error());
  if (!*next) {
    input_ended_ = true;
  } else if (!shared_.stopping) {
    take_line(**next);
  }
  fill();
  end_if_done();
}

void BatchRun::take_line(const LineCutter::Line& line) {
  BatchLine read;
  std::string made;  // `read` has views of it
  if (line.too_long) {
    read.error.kind = ErrorKind::invalid_request;
    read.error.message = "longer than " + std::to_string(kMaxRequestBytes >> 20) + " MiB";
  } else {
    if (options_.text) made = prompt_line(line.text, line.number);
    read = read_batch_line(options_.text ? made : line.text, line.number, document_);
  }
  if (options_.resume && !read.request.empty() && !read.has_own_id) {
    read.error = {ErrorKind::invalid_request, kResumeNeedsIds, {}, {}, {}, 0};
    read.request = {};
    read.custom_id.clear();
  }
  const bool has_id = !read.custom_id.empty();
  if (has_id && input_.answered.contains(read.custom_id)) {
    ++counts_.skipped;
    return;
  }
  if (has_id && !input_.lines && !seen_.insert(read.custom_id)) {
    read.error = {ErrorKind::invalid_request, "the custom_id stands twice", {}, {}, {}, 0};
    read.request = {};
  }
  if (read.request.empty()) {
    return refuse_line(line.number, read.custom_id, std::move(read.error));
  }
  start_job(line.number, std::move(read.custom_id), std::string(read.request), read.protocol);
}

void BatchRun::start_job(uint64_t number, std::string custom_id, std::string request,
                         const Protocol* protocol) {
  auto job = std::make_unique<BatchJob>(
      shared_, number, std::move(custom_id), std::move(request),
      [this](BatchJob& done, const Error* error) { finish_job(done, error); });
  job->speak(protocol);
  job->on_notices(
      [this, number](const Notices& notices) { notices_.tell(number, notices, progress_); });
  jobs_.push_back(std::move(job));
  jobs_.back()->start();
}

void BatchRun::finish_job(BatchJob& job, const Error* error) {
  if (ended_) return;
  if (in_order_) {
    finish_text(job, error);
  } else if (error != nullptr && !is_answer(*error)) {
    refuse_line(job.line(), job.custom_id(), *error);
  } else {
    std::string body = error != nullptr ? error_body(*error) : std::string(job.answer());
    if (error != nullptr) {
      count_failure("line " + std::to_string(job.line()), *error);
    } else {
      const auto cost = cost_usd(job.facts(), runtime_.models().find(job.facts().model));
      counts_.add(job.facts(), cost);
      if (options_.usage && cost) body = with_cost(body, *cost, document_);
    }
    BatchAnswer answer;
    answer.status = error != nullptr ? http_status_of(*error) : 200;
    answer.request_id = job.request_id();
    answer.body = body;
    put(job.line(), result_line(result_id(job.line()), job.custom_id(), answer));
  }
  if (error != nullptr && (concerns_every_line(*error) || job.told_to_come_back())) {
    stop_for(*error);
  }
  jobs_.remove_if([&job](const auto& each) { return each.get() == &job; });
  fill();
  end_if_done();
}

/// Text has no place for what went wrong: stderr gets all of it, and the line stays empty.
void BatchRun::finish_text(BatchJob& job, const Error* error) {
  const std::string place = "line " + std::to_string(job.line());
  const AnswerFacts& facts = job.facts();
  const bool refused = error == nullptr && facts.stop.reason == answer::StopReason::refusal;
  if (error == nullptr) {
    counts_.add(facts, cost_usd(facts, runtime_.models().find(facts.model)));
  }
  if (error != nullptr) {
    count_failure(place, *error);
  } else if (refused) {
    count_failure(place,
                  {ErrorKind::upstream_status, json::unescape(openai::refusal_text(facts.stop))});
  } else if (is_cut_off(facts.stop.reason)) {
    tell(place + ": " + cut_off_text(facts.stop.reason, false));
  } else if (job.answer().empty()) {
    tell(place + ": the answer is empty");
  }
  put(job.line(), error != nullptr ? "\n" : text_line(job.answer()));
}

/// A line that waited to be asked again when the run stopped, before others that were answered.
void BatchRun::give_up(uint64_t number) {
  ++counts_.done;
  count_failure("line " + std::to_string(number),
                {ErrorKind::upstream_status, "given up when the run stopped"});
}

void BatchRun::refuse_line(uint64_t number, const std::string& custom_id, Error error) {
  error.message = "line " + std::to_string(number) + ": " + describe(error);
  error.param.clear();
  count_failure({}, error);
  put(number, in_order_ ? "\n" : failure_line(result_id(number), custom_id, error));
}

void BatchRun::put(uint64_t number, std::string line) {
  if (ended_) return;
  ++counts_.done;
  if (in_order_) return in_order_->put(number, std::move(line));
  write(line);
}

void BatchRun::write(const std::string& line) {
  if (ended_) return;
  if (const Status status = output_.write(line); !status) end(status.error());
}

void BatchRun::count_failure(const std::string& what, const Error& error) {
  ++counts_.failed;
  const std::string text = what.empty() ? error.message : what + ": " + describe(error);
  if (first_failure_.empty()) first_failure_ = text;
  if (in_order_) {
    progress_.clear();
    say_error(text);
  }
  if (options_.fail_fast) stop();
}

/// Nothing more starts; what only waits to be asked (again) is left to a later run.
void BatchRun::stop() {
  if (std::exchange(shared_.stopping, true)) return;
  drain_timer_.expires_after(kDrainTime);
  drain_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    jobs_.clear();
    end_if_done();
    if (!ended_ && signal_ != 0) end_now();
  });
  // Not from here: a job may be the caller.
  boost::asio::post(runtime_.loop(), [this] {
    jobs_.remove_if([](const auto& job) { return !job->asking(); });
    end_if_done();
  });
}

void BatchRun::stop_for(const Error& error) {
  if (!fatal_) fatal_ = runtime_.with_key_source(error);
  stop();
}

void BatchRun::end_if_done() {
  // A stop does not wait for a pipe that has nothing to say.
  const bool input_left = !shared_.stopping && (reading_ || !input_ended_);
  if (ended_ || input_left || !jobs_.empty()) return;
  if (in_order_) in_order_->finish([this](uint64_t line) { give_up(line); });
  if (ended_ || !output_.idle()) return;
  if (const Status status = output_.close(); !status) fatal_ = status.error();
  end_now();
}

void BatchRun::end_now() {
  ended_ = true;
  runtime_.loop().stop();
}

/// The input or the output failed: what is in flight has nowhere to go.
void BatchRun::end(const Error& error) {
  if (ended_) return;
  fatal_ = error;
  end_now();
}

void BatchRun::on_signal(int signal) {
  progress_.clear();
  // What came to nobody who reads cannot be waited for (docs/faults.md X4).
  if (!output_.idle()) die_by(signal);
  signal_ = signal;
  const auto asking =
      std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->asking(); });
  if (asking > 0) {
    tell("stopping: " + std::to_string(asking) + " in flight may take up to " +
         std::to_string(kDrainTime.count()) + " s; once more to stop at once");
  }
  stop();
  end_if_done();
}

void BatchRun::show_progress() {
  if (!progress_.visible()) return;
  progress_.show(progress_text(counts_, elapsed()));
  progress_timer_.expires_after(kProgressInterval);
  progress_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) show_progress();
  });
}

void BatchRun::tell(const std::string& text) {
  if (options_.quiet) return;
  progress_.clear();
  say(text);
}

std::chrono::seconds BatchRun::elapsed() const {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_at_);
}

std::string BatchRun::result_id(uint64_t line) const {
  return hex(stable_hash(std::to_string(line), run_seed_));
}

void BatchRun::tell_how_to_go_on() {
  const std::string done = std::to_string(counts_.done + counts_.skipped) +
                           (counts_.total ? " of " + std::to_string(*counts_.total) : "") +
                           " lines are done; ";
  if (in_order_) {
    const std::string line = std::to_string(in_order_->next());
    tell(done + "to go on: the same into another file, with the input from line " + line +
         " (tail -n +" + line + ")");
  } else if (!options_.output.empty()) {
    tell(done + "to go on: the same command with --resume");
  } else {
    tell(done + "with -o FILE a batch can go on with --resume");
  }
}

int BatchRun::summary() {
  progress_.clear();
  if (options_.usage) {
    say_list(usage_text(counts_, elapsed()));
    tell_whole_usage(counts_, input_.before);
  }
  if (fatal_ && fatal_->kind == ErrorKind::output_failed) return report(*fatal_);
  if (signal_ != 0) {
    tell_how_to_go_on();
    die_by(signal_);
  }
  if (fatal_) {
    const int exit_code = report(*fatal_);
    if (exit_code != kExitUsage) tell("the other lines were not tried");
    return exit_code;
  }
  if (counts_.done + counts_.skipped == 0 && !shared_.stopping) {
    return report({ErrorKind::invalid_request, "the input is empty", {}, {}, {}, 0});
  }
  if (counts_.failed == 0) return 0;
  say_error(std::to_string(counts_.failed) + " of " + std::to_string(counts_.done) +
            " lines failed; first to fail: " + first_failure_);
  if (shared_.stopping) tell("nothing was begun after that");
  return kExitLinesFailed;
}

}  // namespace proxx::cli
