#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "base/notices.h"
#include "cli/report.h"

namespace proxx::cli {

/// Counts of a batch or a bridge so far.
struct BatchCounts {
  uint64_t done = 0;  ///< lines with a result, failed ones too
  uint64_t failed = 0;
  uint64_t skipped = 0;           ///< answered by an earlier run
  std::optional<uint64_t> total;  ///< lines of the input, where it could be read twice
  AnswerFacts tokens;             ///< only the token counts: sums over all answers
  double cost_usd = 0;
  bool cost_known = true;  ///< every answer's model has a price

  /// An answer's tokens, and what it cost, where that is known.
  void add(const AnswerFacts& facts, std::optional<double> usd);
  /// All of another run's but its `total`.
  void add(const BatchCounts& other);
};

/// `12 done, 1 failed, 3.4/s, 5.6K tokens, $0.12, 0:01:23 left`, on one line of a terminal.
[[nodiscard]] std::string progress_text(const BatchCounts& counts, std::chrono::seconds elapsed);
/// `usage: 120 in, 100 cached, 45 out, $0.001234, 8 lines in 3 s`: the line of --usage.
[[nodiscard]] std::string usage_text(const BatchCounts& counts, std::chrono::seconds elapsed);
/// `with earlier runs: 1200 in, 450 out, $0.012345, 80 lines`: of what the output holds.
[[nodiscard]] std::string whole_usage_text(const BatchCounts& counts);

/// The progress line on stderr, redrawn in place. Silent if stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  /// Shows as much of the text as one line of the terminal has room for.
  void show(std::string text);
  /// Removes the line. Call it before anything else is written to stderr.
  void clear();
  [[nodiscard]] bool visible() const { return visible_; }

 private:
  bool visible_;
  size_t shown_ = 0;  ///< columns that hold text
};

/// Notices of a run's lines: each once, with the first line that had it, and not too many.
class LineNotices {
 public:
  LineNotices(bool quiet, OnLossy on_lossy) : quiet_(quiet), on_lossy_(on_lossy) {}
  void tell(uint64_t line, const Notices& notices, ProgressLine& progress);

 private:
  bool quiet_;
  OnLossy on_lossy_;
  std::set<std::string> told_;
};

}  // namespace proxx::cli
