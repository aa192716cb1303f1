#include "cli/half_price/collect.h"

#include <utility>

#include "anthropic/event.h"
#include "cli/batch/line.h"
#include "cli/batch/usage.h"
#include "json/reader.h"
#include "openai/error.h"

namespace proxx::cli {
namespace {

using anthropic::BatchOutcome;
using anthropic::BatchResult;

/// Readings of results that are whole and yet lack lines.
constexpr int kMaxReadings = 3;
/// Readings that were cut and brought nothing new.
constexpr int kMaxCuts = 3;
/// Whole readings without an id of ours that make a batch another's.
constexpr int kProofs = 2;
/// Messages that wait to be continued, in memory; beyond it they are continued first.
constexpr size_t kMaxPausedBytes = size_t{8} << 20;

std::string results_path(const std::string& id) {
  return "/v1/messages/batches/" + id + "/results";
}

Error line_error(const char* code, std::string message) {
  return {ErrorKind::upstream_status, std::move(message), {}, code};
}

}  // namespace

bool HalfCollect::is_complete(const JournalBatch& batch) const {
  for (const LineRange& range : batch.lines) {
    for (uint64_t line = range.first; line <= range.last; ++line) {
      if (context_.output.mark(line) == HalfOutput::Mark::none) return false;
    }
  }
  return true;
}

Result<HalfCollect::Outcome> HalfCollect::collect(uint64_t serial, uint64_t items) {
  const JournalBatch batch = *context_.journal.find(serial);
  if (!batch.proven) {
    const auto ours = prove(batch, items);
    if (!ours && ours.error().http_status == 404) return Outcome::not_yet;
    PROXX_TRY(ours);
    if (!*ours) {
      PROXX_TRY(context_.journal.not_ours(serial));
      return Outcome::not_ours;
    }
    PROXX_TRY(context_.journal.proven(serial));
  }
  Reading reading;
  int readings = 0;
  for (int cuts = 0; !is_complete(batch);) {
    auto read_now = read(batch, items);
    if (!read_now) {
      const int status = read_now.error().http_status;
      if (status == 404) return Outcome::not_yet;
      return err(std::move(read_now).error());
    }
    reading = std::move(*read_now);
    if (reading.fresh > 0) cuts = 0;
    if (!reading.whole && ++cuts >= kMaxCuts) {
      return err(ErrorKind::upstream_truncated, "the results of " + batch.id + " were cut off");
    }
    if (reading.whole && ++readings >= kMaxReadings) break;
  }
  if (reading.foreign > 0) {
    const std::string text = "the results of " + batch.id + " hold " + grouped(reading.foreign) +
                             " ids that are not of its lines, such as '" +
                             reading.foreign_id.substr(0, 64) + "'";
    if (!is_complete(batch)) return err(hopeless(text + ", and lack some that are"));
    context_.report.tell(text);
  }
  if (!is_complete(batch)) {
    PROXX_TRY(give_up(serial, reading.too_long > 0
                                  ? line_error("result_too_large", "the result is over 16 MiB")
                                  : line_error("results_gone", "the results of " + batch.id +
                                                                   " hold none for it")));
    return Outcome::got;
  }
  PROXX_TRY(context_.output.sync());
  PROXX_TRY(context_.journal.got(serial));
  return Outcome::got;
}

Status HalfCollect::give_up(uint64_t serial, const Error& why) {
  const JournalBatch batch = *context_.journal.find(serial);
  for (const LineRange& range : batch.lines) {
    for (uint64_t number = range.first; number <= range.last; ++number) {
      if (context_.output.mark(number) != HalfOutput::Mark::none) continue;
      PROXX_ASSIGN(const HalfInput::Line line, context_.input.read(number));
      PROXX_TRY(context_.write_failure(number, line.batch.custom_id, why));
    }
  }
  PROXX_TRY(context_.output.sync());
  return context_.journal.got(serial);
}

/// Only the first item's id tells whose batch it is: others may have the same custom_ids.
Result<bool> HalfCollect::prove(const JournalBatch& batch, uint64_t items) {
  int without = 0;
  for (int cuts = 0; cuts < kMaxCuts; ++cuts) {
    bool ours = false;
    uint64_t lines = 0;
    const HalfAnswer answer =
        context_.calls.lines(results_path(batch.id), [&](std::string_view text) {
          const auto result = anthropic::decode_batch_result(text, document_);
          if (result || text.empty()) ++lines;  // not half a line, where a stream was cut
          if (!result) return true;
          const auto line = line_in_id(context_.journal.head().tag, result->custom_id);
          ours = line && contains(batch.lines, *line);
          return !ours;
        });
    if (ours) return true;
    if (!answer.ok()) {
      if (answer.error->http_status == 404 || context_.calls.interrupted()) {
        return err(*answer.error);
      }
    } else if (lines >= items && ++without == kProofs) {
      return false;
    }
  }
  return err(ErrorKind::upstream_truncated, "the results of " + batch.id + " were cut off");
}

Result<HalfCollect::Reading> HalfCollect::read(const JournalBatch& batch, uint64_t items) {
  Reading reading;
  Status status;
  const HalfAnswer answer =
      context_.calls.lines(results_path(batch.id), [&](std::string_view text) {
        status = take(batch, text, reading);
        return status && paused_bytes_ <= kMaxPausedBytes;
      });
  PROXX_TRY(std::move(status));
  PROXX_TRY(continue_paused(batch.id));
  reading.whole = answer.ok() && reading.lines >= items;
  // What came is kept; a stream that broke is asked for again.
  if (!answer.ok() && (answer.status != 200 || context_.calls.interrupted())) {
    return err(*answer.error);
  }
  return reading;
}

Result<std::optional<uint64_t>> HalfCollect::line_of(const JournalBatch& batch,
                                                     std::string_view id) {
  std::optional<uint64_t> line = line_in_id(context_.journal.head().tag, id);
  if (!line) {
    PROXX_ASSIGN(line, context_.input.find(id));
  }
  if (line && !contains(batch.lines, *line)) line.reset();
  return line;
}

Status HalfCollect::take(const JournalBatch& batch, std::string_view text, Reading& reading) {
  if (text.empty()) {
    ++reading.too_long;
    ++reading.lines;
    return {};
  }
  const auto result = anthropic::decode_batch_result(text, document_);
  if (!result) return {};  // half a line, at the place where a stream was cut
  ++reading.lines;
  PROXX_ASSIGN(const auto line, line_of(batch, result->custom_id));
  if (!line) {
    if (++reading.foreign == 1) reading.foreign_id = result->custom_id;
    return {};
  }
  if (context_.output.mark(*line) != HalfOutput::Mark::none) return {};
  ++reading.fresh;
  return take_result(batch, *line, *result);
}

Status HalfCollect::take_result(const JournalBatch& batch, uint64_t number,
                                const BatchResult& result) {
  PROXX_ASSIGN(const HalfInput::Line line, context_.input.read(number));
  const auto converted = convert_item(line, context_.options.conversion);
  // An input that is the same converts as it did.
  if (!converted) return err(ErrorKind::usage, "the input was changed while it was in use");
  const std::string& id = line.batch.custom_id;
  switch (result.outcome) {
    case BatchOutcome::succeeded: {
      const std::string_view message = result.message.raw();
      if (converted->continue_paused > 0 &&
          result.message.get("stop_reason").equals("pause_turn")) {
        paused_.emplace_back(number, message);
        paused_bytes_ += message.size();
        return {};
      }
      ItemConverter converter(*converted, context_.calls.now_unix_s());
      return write_message(batch.id, line, *converted, converter, message);
    }
    case BatchOutcome::errored: {
      const std::string_view error = result.error ? result.error.raw() : std::string_view("{}");
      return context_.write_error(number, id, item_error(error, &*converted), batch.id);
    }
    case BatchOutcome::canceled:
      return context_.write_failure(number, id,
                                    line_error("batch_cancelled", "the batch was cancelled"));
    case BatchOutcome::expired:
      return context_.write_failure(
          number, id, line_error("batch_expired", "the batch expired before it came to this line"));
  }
  return {};
}

Status HalfCollect::write_message(const std::string& batch_id, const HalfInput::Line& line,
                                  const ConvertedRequest& converted, ItemConverter& converter,
                                  std::string_view message) {
  const std::string id = line.batch.custom_id;
  const uint64_t number = line.number;
  std::string held;
  for (;;) {
    auto answer = converter.take(message);
    if (!answer) return context_.write_failure(number, id, answer.error());
    if (answer->continues.empty()) {
      json::Document document;
      const Model* const model = context_.options.conversion.models->find(answer->facts.model);
      std::optional<HalfCost> cost;
      if (document.parse_view(message, anthropic::kUpstreamJson)) {
        cost = half_cost(answer->facts, document.root().get("usage"), model);
      }
      if (cost) {
        context_.cost.paid_usd += cost->paid_usd;
        context_.cost.saved_usd += cost->saved_usd;
        if (context_.options.costs) {
          answer->body = with_cost(answer->body, cost->paid_usd, document);
        }
      }
      context_.counts.add(answer->facts, cost ? std::optional(cost->paid_usd) : std::nullopt);
      ++context_.counts.done;
      const BatchAnswer made{200, batch_id, answer->body};
      return context_.output.write(number, result_line(context_.output.result_id(number), id, made),
                                   HalfOutput::Mark::answered);
    }
    HalfCall call;
    call.method = "POST";
    call.path = "/v1/messages";
    call.body = std::move(answer->continues);
    call.betas = converted.betas;
    HalfAnswer next = call_with_retries(context_.calls, call, context_.options.retry);
    if (!next.ok()) {
      if (context_.calls.interrupted()) return err(interrupted_error());
      return context_.write_error(number, id, *next.error, batch_id);
    }
    held = std::move(next.body);
    message = held;
  }
}

Status HalfCollect::continue_paused(const std::string& batch_id) {
  if (!paused_.empty() && !std::exchange(told_paused_, true)) {
    context_.report.tell(
        "the model paused some turns: they go on with ordinary calls, at full price");
  }
  while (!paused_.empty()) {
    const auto [number, message] = std::move(paused_.front());
    paused_.pop_front();
    paused_bytes_ = 0;
    if (context_.output.mark(number) != HalfOutput::Mark::none) continue;
    PROXX_ASSIGN(const HalfInput::Line line, context_.input.read(number));
    const auto converted = convert_item(line, context_.options.conversion);
    if (!converted) return err(ErrorKind::usage, "the input was changed while it was in use");
    ItemConverter converter(*converted, context_.calls.now_unix_s());
    PROXX_TRY(write_message(batch_id, line, *converted, converter, message));
  }
  return {};
}

}  // namespace proxx::cli
