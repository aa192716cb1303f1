#include "cli/half_price/context.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "anthropic/batch.h"
#include "cli/batch/line.h"
#include "cli/report.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

constexpr std::string_view kOwnIdStart = "proxx_";

}  // namespace

void HalfContext::release(const LineRanges& lines) {
  for (const LineRange& range : lines) {
    for (uint64_t line = range.first; line <= range.last; ++line) taken[line - 1] = false;
  }
  if (!lines.empty()) next_line = std::min(next_line, lines.front().first);
}

Status HalfContext::write_failure(uint64_t line, const std::string& custom_id, const Error& error) {
  if (output.mark(line) != HalfOutput::Mark::none) return {};
  Error told = error;
  told.message = "line " + std::to_string(line) + ": " + describe(error);
  told.param.clear();
  ++counts.done;
  ++counts.failed;
  return output.write(line, failure_line(output.result_id(line), custom_id, told),
                      HalfOutput::Mark::failed);
}

Status HalfContext::write_error(uint64_t line, const std::string& custom_id, const Error& error,
                                const std::string& request_id) {
  if (output.mark(line) != HalfOutput::Mark::none) return {};
  const std::string body = error_body(error);
  ++counts.done;
  ++counts.failed;
  return output.write(
      line,
      result_line(output.result_id(line), custom_id, {http_status_of(error), request_id, body}),
      HalfOutput::Mark::failed);
}

HalfStanding standing_of(const HalfContext& context) {
  HalfStanding out;
  for (const JournalBatch& batch : context.journal.batches()) {
    if (batch.id.empty()) continue;
    ++out.batches;
    if (batch.ended) {
      ++out.ended;
    } else if (batch.expires_unix_s > 0 && (out.oldest_expires_unix_s == 0 ||
                                            batch.expires_unix_s < out.oldest_expires_unix_s)) {
      out.oldest_expires_unix_s = batch.expires_unix_s;
    }
  }
  out.answered = context.output.answered();
  out.failed = context.output.failed();
  out.waiting = context.input.lines() - out.answered - out.failed;
  out.cost = context.cost;
  out.cost_known = context.counts.cost_known;
  return out;
}

std::string sent_id(const std::string& tag, const HalfInput::Line& line, bool first) {
  const std::string& own = line.batch.custom_id;
  const bool usable = line.batch.has_own_id && anthropic::is_batch_custom_id(own) &&
                      !std::string_view(own).starts_with(kOwnIdStart);
  if (usable && !first) return own;
  return std::string(kOwnIdStart) + tag + "_" + std::to_string(line.number);
}

std::optional<uint64_t> line_in_id(const std::string& tag, std::string_view id) {
  const std::string start = std::string(kOwnIdStart) + tag + "_";
  if (!id.starts_with(start)) return std::nullopt;
  id.remove_prefix(start.size());
  uint64_t line = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), line);
  if (error != std::errc() || end != id.data() + id.size() || line == 0) return std::nullopt;
  return line;
}

}  // namespace proxx::cli
