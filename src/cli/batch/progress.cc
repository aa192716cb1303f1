#include "cli/batch/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/io/terminal.h"

namespace proxx::cli {
namespace {

constexpr size_t kMaxToldNotices = 20;

std::string fixed(double value, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string short_count(int64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000) return fixed(value / 1e6, 1) + "M";
  if (count >= 1'000) return fixed(value / 1e3, 1) + "K";
  return std::to_string(count);
}

std::string clock_time(double seconds) {
  const auto whole = static_cast<long long>(seconds);
  char text[48];
  std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

/// `120 in, 45 out, $0.001234, 8 lines`
std::string totals_text(const BatchCounts& counts) {
  std::string text = tokens_text(counts.tokens);
  if (counts.cost_known && counts.done > 0) text += ", $" + fixed(counts.cost_usd, 6);
  return text + ", " + std::to_string(counts.done) + " lines";
}

}  // namespace

void BatchCounts::add(const AnswerFacts& facts, std::optional<double> usd) {
  for (int64_t AnswerFacts::*which :
       {&AnswerFacts::prompt_tokens, &AnswerFacts::completion_tokens, &AnswerFacts::cached_tokens,
        &AnswerFacts::cache_write_tokens, &AnswerFacts::reasoning_tokens}) {
    tokens.*which += facts.*which;
  }
  cost_usd += usd.value_or(0);
  cost_known = cost_known && usd;
}

void BatchCounts::add(const BatchCounts& other) {
  done += other.done;
  failed += other.failed;
  skipped += other.skipped;
  const bool known = cost_known && other.cost_known;
  add(other.tokens, other.cost_usd);
  cost_known = known;
}

std::string progress_text(const BatchCounts& counts, std::chrono::seconds elapsed) {
  std::string text = std::to_string(counts.done - counts.failed + counts.skipped);
  if (counts.total) text += " of " + std::to_string(*counts.total);
  text += " done, " + std::to_string(counts.failed) + " failed";
  const double seconds = static_cast<double>(elapsed.count());
  const double rate = seconds > 0 ? static_cast<double>(counts.done) / seconds : 0;
  if (rate > 0) text += ", " + fixed(rate, 1) + "/s";
  text +=
      ", " + short_count(counts.tokens.prompt_tokens + counts.tokens.completion_tokens) + " tokens";
  if (counts.cost_known && counts.cost_usd > 0) text += ", $" + fixed(counts.cost_usd, 4);
  if (counts.total && rate > 0) {
    const uint64_t handled = counts.done + counts.skipped;
    const uint64_t left = *counts.total > handled ? *counts.total - handled : 0;
    text += ", " + clock_time(static_cast<double>(left) / rate) + " left";
  }
  return text;
}

std::string usage_text(const BatchCounts& counts, std::chrono::seconds elapsed) {
  return "usage: " + totals_text(counts) + " in " + std::to_string(elapsed.count()) + " s";
}

std::string whole_usage_text(const BatchCounts& counts) {
  return "with earlier runs: " + totals_text(counts);
}

ProgressLine::ProgressLine(bool wanted) : visible_(wanted && isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string text) {
  if (!visible_) return;
  // A line that wraps cannot be redrawn by going back to its start.
  text.resize(std::min(text.size(), std::max<size_t>(stderr_columns(), 2) - 1));
  std::string line = "\r" + text;
  // Spaces and not an escape sequence: any terminal knows them.
  if (text.size() < shown_) line.append(shown_ - text.size(), ' ');
  shown_ = text.size();
  write_stderr(line);
}

void ProgressLine::clear() {
  if (shown_ == 0) return;
  write_stderr("\r" + std::string(shown_, ' ') + "\r");
  shown_ = 0;
}

void LineNotices::tell(uint64_t line, const Notices& notices, ProgressLine& progress) {
  for (const Notice& notice : notices) {
    if (told_.size() >= kMaxToldNotices) return;
    if (!told_.insert(notice.path + notice.reason).second) continue;
    progress.clear();
    report_notices({{notice.kind, notice.path,
                     notice.reason + " (line " + std::to_string(line) + " was the first)"}},
                   on_lossy_, quiet_);
  }
}

}  // namespace proxx::cli
