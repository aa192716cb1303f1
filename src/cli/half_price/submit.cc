#include "cli/half_price/submit.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "anthropic/beta_allowance.h"
#include "cli/half_price/item.h"
#include "cli/report.h"

namespace proxx::cli {
namespace {

using anthropic::BatchPage;

constexpr const char* kBatches = "/v1/messages/batches";
/// Lines that may be refused one by one as a batch is created: each costs sending it again.
constexpr int kMaxRefusedItems = 100;

/// The upstream answered, and did nothing: its own words for it. 408 and 499 are a gateway's.
bool is_refusal(const Error& error) {
  return error.kind == ErrorKind::upstream_redirect ||
         (error.http_status >= 400 && error.http_status < 500 && error.http_status != 408 &&
          error.http_status != 409 && error.http_status != 499);
}

/// An answer of count_tokens that does not speak of the request: there is no such call, or it takes
/// less of a request than the Messages API does.
bool says_nothing(const Error& error) {
  if (error.http_status == 405) return true;
  if (error.http_status == 404) return error.code != "model_not_found";
  return error.http_status == 400 &&
         error.message == error.param + ": Extra inputs are not permitted" &&
         error.param.find('.') == std::string::npos;
}

/// N of `requests.N.custom_id: ...`.
std::optional<uint64_t> item_in(const Error& error) {
  constexpr std::string_view kStart = "requests.";
  const std::string& text = error.message;
  const size_t at = text.find(kStart);
  if (at == std::string::npos) return std::nullopt;
  uint64_t item = 0;
  const char* const digits = text.data() + at + kStart.size();
  const auto [end, wrong] = std::from_chars(digits, text.data() + text.size(), item);
  return wrong == std::errc() && end != digits ? std::optional(item) : std::nullopt;
}

/// The line of an item, counted from 0.
uint64_t line_at(const LineRanges& lines, uint64_t item) {
  for (const LineRange& range : lines) {
    const uint64_t size = range.last - range.first + 1;
    if (item < size) return range.first + item;
    item -= size;
  }
  return 0;
}

}  // namespace

bool HalfSubmit::is_done() {
  for (; context_.next_line <= context_.input.lines(); ++context_.next_line) {
    if (!context_.taken[context_.next_line - 1] &&
        context_.output.mark(context_.next_line) == HalfOutput::Mark::none) {
      return false;
    }
  }
  return true;
}

Status HalfSubmit::submit() {
  if (max_bytes_ == 0) max_bytes_ = context_.options.max_bytes;
  if (max_items_ == 0) max_items_ = context_.options.max_items;
  asked_delay_.reset();
  while (!full_ && !is_done()) {
    PROXX_ASSIGN(Draft next, draft());
    if (next.items == 0) continue;
    PROXX_TRY(check_first(next));
    PROXX_TRY(create(std::move(next)));
  }
  return {};
}

Result<HalfSubmit::Draft> HalfSubmit::draft() {
  Draft draft;
  anthropic::BatchBody body;
  for (uint64_t line = context_.next_line; line <= context_.input.lines(); ++line) {
    if (context_.taken[line - 1] || context_.output.mark(line) != HalfOutput::Mark::none) continue;
    PROXX_ASSIGN(const bool added, add_line(line, draft, body));
    if (!added) break;
  }
  draft.items = body.items();
  draft.body = body.take();
  return draft;
}

/// False: the batch is full without it.
Result<bool> HalfSubmit::add_line(uint64_t number, Draft& draft, anthropic::BatchBody& body) {
  PROXX_ASSIGN(const HalfInput::Line line, context_.input.read(number));
  const auto converted = convert_item(line, context_.options.conversion);
  if (!converted) {
    PROXX_TRY(context_.write_failure(number, line.batch.custom_id, converted.error()));
    return true;
  }
  const bool first = body.items() == 0;
  const std::string id = sent_id(context_.journal.head().tag, line, first);
  if (!first && (body.items() >= max_items_ || body.size_with(id, converted->body) > max_bytes_)) {
    return false;
  }
  // The list of betas is a header of the call, for all items.
  std::vector<std::string> betas = draft.betas;
  for (const std::string& beta : converted->betas) {
    if (std::find(betas.begin(), betas.end(), beta) == betas.end()) betas.push_back(beta);
  }
  BetaAllowance allowance;
  for (const std::string& beta : betas) {
    if (!allowance.take(beta) && !first) return false;
  }
  context_.report.tell_notices(number, converted->notices);
  draft.betas = std::move(betas);
  append_line(draft.lines, number);
  if (first) {
    // One item may be longer than a batch of many is to be.
    draft.first_request = checked_ ? std::string() : converted->body;
  }
  body.add(id, converted->body);
  return true;
}

/// What is wrong with an item is told when its whole batch has ended: a mistake that all lines
/// share is found at once, and for nothing, by counting the first one's tokens.
Status HalfSubmit::check_first(const Draft& draft) {
  // What an earlier run began goes on, whatever a single line of it is worth.
  if (checked_ || !context_.journal.batches().empty()) return {};
  HalfCall call;
  call.method = "POST";
  call.path = "/v1/messages/count_tokens";
  call.body = anthropic::countable_part(draft.first_request);
  call.betas = draft.betas;
  const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
  if (!answer.ok()) {
    const Error& error = *answer.error;
    if (!says_nothing(error)) {
      Error told = error;
      if (error.http_status == 400 || error.http_status == 404) {
        told.message = "line " + std::to_string(draft.lines.front().first) + ": " +
                       describe(error) + "; nothing was sent";
        told.param.clear();
      }
      return err(std::move(told));
    }
  }
  checked_ = true;
  return {};
}

Status HalfSubmit::create(Draft draft) {
  HalfCall list;
  list.path = std::string(kBatches) + "?limit=1";
  const HalfAnswer newest = call_with_retries(context_.calls, list, context_.options.retry);
  if (!newest.ok()) return err(*newest.error);
  PROXX_ASSIGN(const BatchPage page, anthropic::decode_batch_page(newest.body));
  const std::string marker = page.batches.empty() ? std::string() : page.batches.front().id;
  PROXX_ASSIGN(const uint64_t serial, context_.journal.intent(draft.lines, draft.items, marker));
  for (const LineRange& range : draft.lines) {
    for (uint64_t line = range.first; line <= range.last; ++line) context_.taken[line - 1] = true;
  }
  HalfCall call;
  call.method = "POST";
  call.path = kBatches;
  call.betas = draft.betas;
  call.creates = true;
  call.body = std::move(draft.body);
  const HalfAnswer answer = context_.calls.call(std::move(call));
  if (answer.fate == HalfAnswer::Fate::not_sent) {
    PROXX_TRY(settle_.give_up(serial));
    return err(*answer.error);
  }
  return take_answer(answer, serial, draft);
}

Status HalfSubmit::take_answer(const HalfAnswer& answer, uint64_t serial, const Draft& draft) {
  if (answer.ok()) {
    if (const auto batch = anthropic::decode_batch(answer.body)) {
      PROXX_TRY(context_.journal.made(serial, batch->id, batch->expires_unix_s,
                                      answer.organization(), true));
      note_delay(answer);
      ++context_.made;
      context_.lost_in_a_row = 0;
      return {};
    }
  } else if (is_refusal(*answer.error)) {
    PROXX_TRY(settle_.give_up(serial));
    return take_refusal(answer, draft);
  }
  if (context_.calls.interrupted()) return err(interrupted_error());
  return settle_.settle(serial);
}

void HalfSubmit::note_delay(const HalfAnswer& answer) {
  if (const auto asked = answer.requested_delay(context_.calls.now_unix_s())) asked_delay_ = asked;
}

Status HalfSubmit::take_refusal(const HalfAnswer& answer, const Draft& draft) {
  const Error& error = *answer.error;
  if (error.http_status == 429) {
    full_ = true;
    note_delay(answer);
    return {};
  }
  if (error.http_status == 413) {
    if (draft.items == 1) return refuse_item(draft, error);
    max_items_ = std::max<uint64_t>(draft.items / 2, 1);
    max_bytes_ = std::max<size_t>(max_bytes_ / 2, 1);
    return {};
  }
  if (error.http_status == 400 && item_in(error) && *item_in(error) < draft.items) {
    if (++refused_items_ <= kMaxRefusedItems) return refuse_item(draft, error);
  }
  return err(error);
}

Status HalfSubmit::refuse_item(const Draft& draft, const Error& error) {
  const uint64_t number = line_at(draft.lines, item_in(error).value_or(0));
  PROXX_ASSIGN(const HalfInput::Line line, context_.input.read(number));
  return context_.write_error(number, line.batch.custom_id, error, {});
}

}  // namespace proxx::cli
