#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "cli/batch/ids.h"
#include "cli/batch/job.h"
#include "cli/batch/output.h"
#include "cli/batch/progress.h"
#include "cli/batch/text.h"
#include "cli/io/jsonl_input.h"
#include "cli/io/signals.h"
#include "cli/options/options.h"
#include "cli/runtime.h"
#include "json/text.h"

namespace proxx::cli {

/// The input of a run.
struct BatchInput {
  int descriptor = 0;
  std::optional<uint64_t> lines;  ///< known if it could be read twice; then all ids are different
  IdSet answered;                 ///< skip these
  BatchCounts before;             ///< with --usage: the answers of earlier runs in the output
};

/// Runs a batch: reads a line when fewer than -j are in flight, writes each result when it comes.
/// Ends after the last line of the input. Ends early if the output cannot be written, if every
/// other line would fail in the same way (401, 402, a quota that is used up, a retry-after longer
/// than kMaxRetryAfter), at the first failure with --fail-fast, or by a signal. Then no line starts
/// any more, lines in flight get some time to finish, and --resume runs the rest.
class BatchRun {
 public:
  /// `runtime`, `options` and `output` must outlive the run.
  BatchRun(Runtime& runtime, const BatchOptions& options, BatchInput input, BatchOutput& output);

  /// Runs the loop. Returns the exit code, or does not return, after a signal.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  void fill();
  void take(LineSource::Next next);
  void take_line(const LineCutter::Line& line);
  void start_job(uint64_t number, std::string custom_id, std::string request,
                 const Protocol* protocol);
  void finish_job(BatchJob& job, const Error* error);
  void refuse_line(uint64_t number, const std::string& custom_id, Error error);
  void finish_text(BatchJob& job, const Error* error);
  void give_up(uint64_t number);
  void put(uint64_t number, std::string line);
  void write(const std::string& line);
  void count_failure(const std::string& what, const Error& error);

  void stop();
  void stop_for(const Error& error);
  void end_if_done();
  void end(const Error& error);
  void end_now();

  void on_signal(int signal);
  void show_progress();
  void tell(const std::string& text);
  [[nodiscard]] std::chrono::seconds elapsed() const;
  [[nodiscard]] std::string result_id(uint64_t line) const;
  void tell_how_to_go_on();
  [[nodiscard]] int summary();

  Runtime& runtime_;
  const BatchOptions& options_;
  BatchInput input_;
  BatchOutput& output_;
  BatchShared shared_;
  LineSource source_;
  json::Document document_;
  std::optional<InOrder> in_order_;  ///< of --format text
  IdSet seen_;                       ///< of an input that cannot be read twice
  std::list<std::unique_ptr<BatchJob>> jobs_;
  BatchCounts counts_;
  ProgressLine progress_;
  LineNotices notices_;
  FirstSignal first_signal_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer progress_timer_;
  Clock::time_point started_at_ = Clock::now();
  uint64_t run_seed_;
  bool reading_ = false;
  bool input_ended_ = false;
  bool ended_ = false;
  int signal_ = 0;
  std::optional<Error> fatal_;  ///< why no other line was tried
  std::string first_failure_;
};

}  // namespace proxx::cli
