#include "cli/half_price/run.h"

#include <algorithm>
#include <utility>

#include "cli/report.h"

namespace proxx::cli {
namespace {

using anthropic::MessageBatch;

constexpr const char* kBatches = "/v1/messages/batches";
constexpr int kMaxPages = 3;
constexpr double kGrowth = 1.5;
constexpr int kLongestWaits = 10;  ///< of the first wait
constexpr double kJitter = 0.1;
/// A 404 for a batch that is known, or for results of one that has ended, came and went within
/// minutes in the field. In terms of HalfOptions::settle: 15 minutes of 3.
constexpr int kMissingSettles = 5;
/// ... and so many looks: who looks now and then may meet two that pass.
constexpr int kMissingLooks = 6;
/// How long after a batch's end of life failures are still waited out.
constexpr int64_t kGraceSeconds = 3600;
constexpr int64_t kBatchLifeSeconds = int64_t{24} * 3600;
constexpr std::chrono::milliseconds kShortestWait{20};

}  // namespace

HalfRun::HalfRun(HalfContext& context)
    : context_(context),
      settle_(context),
      submit_(context, settle_),
      collect_(context),
      interval_(context.options.poll),
      started_unix_s_(context.calls.now_unix_s()) {
  context_.taken.assign(context_.input.lines(), false);
  for (const JournalBatch& batch : context_.journal.batches()) {
    for (const LineRange& range : batch.lines) {
      for (uint64_t line = range.first; line <= range.last; ++line) context_.taken[line - 1] = true;
    }
  }
}

Result<HalfEnd> HalfRun::run() {
  PROXX_TRY(begin());
  for (;;) {
    Status status = step();
    context_.report.show(standing_of(context_), false);
    if (context_.calls.interrupted()) return err(interrupted_error());
    if (status) {
      context_.report.clear_trouble();
      if (is_over()) {
        return context_.journal.cancelled() && !submit_.is_done() ? HalfEnd::cancelled
                                                                  : HalfEnd::complete;
      }
    } else {
      if (!may_go_on(status.error())) return err(std::move(status).error());
      context_.report.tell_trouble(describe(status.error()));
    }
    if (context_.options.no_wait) return HalfEnd::not_finished;
    context_.calls.wait(next_wait());
    if (context_.calls.interrupted()) return err(interrupted_error());
  }
}

Status HalfRun::begin() {
  if (context_.options.cancel && !context_.journal.cancelled()) {
    PROXX_TRY(context_.journal.cancel());
  }
  // Results that were in the output once, and no more, are there to be had again.
  for (const JournalBatch& batch : context_.journal.batches()) {
    if (!batch.got) continue;
    const bool lost = std::any_of(batch.lines.begin(), batch.lines.end(), [&](LineRange range) {
      for (uint64_t line = range.first; line <= range.last; ++line) {
        if (context_.output.mark(line) == HalfOutput::Mark::none) return true;
      }
      return false;
    });
    if (!lost) continue;
    const JournalBatch copy = batch;
    PROXX_TRY(context_.journal.made(copy.serial, copy.id, copy.expires_unix_s, copy.organization,
                                    copy.proven));
    context_.report.tell("the output lacks results of " + copy.id + ": they are fetched again");
  }
  if (!context_.options.adopt.empty()) return settle_.adopt(context_.options.adopt);
  return context_.options.again ? give_up_lost() : Status();
}

/// --again: of what an earlier run left, not of what comes.
Status HalfRun::give_up_lost() {
  const std::vector<JournalBatch> batches = context_.journal.batches();
  for (const JournalBatch& batch : batches) {
    if (batch.got || (!batch.id.empty() && batch.missing_since_unix_s == 0)) continue;
    std::map<std::string, MessageBatch> seen;
    if (!batch.id.empty()) PROXX_TRY(look_at(batch, seen));
    if (seen.empty()) PROXX_TRY(settle_.give_up(batch.serial));
  }
  return {};
}

/// One pass. A part that fails does not keep the others from going on.
Status HalfRun::step() {
  Status first;
  const auto note = [&first](Status status) {
    // What ends the run counts for more than what may pass.
    if (!status && (first || (may_pass(first.error()) && !may_pass(status.error())))) {
      first = std::move(status);
    }
    return bool(first);
  };
  const bool settled = note(settle_.settle());
  if (context_.calls.interrupted()) return first;
  if (context_.journal.cancelled()) note(cancel_batches());
  note(poll());
  if (context_.calls.interrupted() || context_.journal.cancelled()) return first;
  // A key that does not see the batches that run may be of another workspace.
  const bool sees = context_.saw_own_batch || open_batches().empty();
  if (settled && sees) note(submit_.submit());
  return first;
}

std::vector<JournalBatch> HalfRun::open_batches() const {
  std::vector<JournalBatch> open;
  for (const JournalBatch& batch : context_.journal.batches()) {
    if (!batch.id.empty() && !batch.got) open.push_back(batch);
  }
  return open;
}

bool HalfRun::is_over() {
  if (context_.journal.has_open_batches()) return false;
  return context_.journal.cancelled() || submit_.is_done();
}

Status HalfRun::cancel_batches() {
  if (cancel_sent_) return {};
  for (const JournalBatch& batch : open_batches()) {
    if (batch.ended) continue;
    HalfCall call;
    call.method = "POST";
    call.path = std::string(kBatches) + "/" + batch.id + "/cancel";
    const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
    // One that has ended cannot be cancelled, and one that is not known is looked for below.
    const bool harmless = answer.ok() || answer.error->http_status == 400 ||
                          answer.error->http_status == 404 || answer.error->http_status == 409;
    if (!harmless) return err(*answer.error);
  }
  cancel_sent_ = true;
  return {};
}

// --- looking -------------------------------------------------------------------------------------

Status HalfRun::check_organization(const HalfAnswer& answer) const {
  const std::string now = answer.organization();
  for (const JournalBatch& batch : context_.journal.batches()) {
    if (now.empty() || batch.organization.empty() || batch.organization == now) continue;
    return err(ErrorKind::unauthorized, "the key belongs to another organization than " + batch.id +
                                            ": use the one it was created with");
  }
  return {};
}

Status HalfRun::poll() {
  asked_delay_.reset();
  const auto open = open_batches();
  if (open.empty()) return {};
  std::map<std::string, MessageBatch> seen;
  PROXX_TRY(look_at_list(seen));
  for (const JournalBatch& batch : open) {
    if (!seen.contains(batch.id)) PROXX_TRY(look_at(batch, seen));
  }
  return take_states(seen);
}

/// All of ours in one call, unless the workspace is full of others'.
Status HalfRun::look_at_list(std::map<std::string, MessageBatch>& seen) {
  const auto open = open_batches();
  std::string after;
  for (int pages = 0; pages < kMaxPages && seen.size() < open.size(); ++pages) {
    HalfCall call;
    call.path = std::string(kBatches) + "?limit=1000" + (after.empty() ? "" : "&after_id=" + after);
    const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
    if (!answer.ok()) return err(*answer.error);
    PROXX_TRY(check_organization(answer));
    asked_delay_ = answer.requested_delay(context_.calls.now_unix_s());
    PROXX_ASSIGN(anthropic::BatchPage page, anthropic::decode_batch_page(answer.body));
    for (MessageBatch& each : page.batches) {
      const bool ours = std::any_of(open.begin(), open.end(),
                                    [&](const JournalBatch& batch) { return batch.id == each.id; });
      if (ours) seen.emplace(each.id, std::move(each));
    }
    if (page.next.empty()) break;
    after = std::move(page.next);
  }
  return {};
}

Status HalfRun::look_at(const JournalBatch& batch, std::map<std::string, MessageBatch>& seen) {
  HalfCall call;
  call.path = std::string(kBatches) + "/" + batch.id;
  const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
  if (answer.ok()) {
    PROXX_TRY(check_organization(answer));
    PROXX_ASSIGN(MessageBatch state, anthropic::decode_batch(answer.body));
    seen.emplace(batch.id, std::move(state));
    return {};
  }
  if (answer.error->http_status == 404) return {};
  return err(*answer.error);
}

Status HalfRun::take_states(const std::map<std::string, MessageBatch>& seen) {
  if (!seen.empty()) context_.saw_own_batch = true;
  Status first;
  for (const JournalBatch& batch : open_batches()) {
    const auto state = seen.find(batch.id);
    Status status;
    if (state == seen.end()) {
      status = note_missing(batch.serial, "the batch " + batch.id + " is gone");
    } else if (state->second.ended) {
      if (!batch.ended) PROXX_TRY(context_.journal.ended(batch.serial));
      status = collect(batch.serial, state->second);
    } else if (batch.missing_since_unix_s != 0) {
      status = context_.journal.seen(batch.serial);
    }
    if (status) continue;
    if (!may_pass(status.error()) || context_.calls.interrupted()) return status;
    if (first) first = std::move(status);
  }
  return first;
}

/// Nothing is given up for a 404 alone: it may pass, and a key of another workspace gets one too.
Status HalfRun::note_missing(uint64_t serial, const std::string& what) {
  const int64_t now = context_.calls.now_unix_s();
  PROXX_TRY(context_.journal.missing(serial, now));
  const JournalBatch batch = *context_.journal.find(serial);
  const auto waited = std::chrono::seconds(now - batch.missing_since_unix_s);
  if (waited < kMissingSettles * context_.options.settle || batch.missing_looks < kMissingLooks) {
    return {};
  }
  if (!context_.saw_own_batch) {
    return err(ErrorKind::unauthorized,
               "this key sees none of the batches that run, such as " + batch.id +
                   ": use a key of the workspace that they were created in; if they were "
                   "deleted, --again sends their lines again");
  }
  return collect_.give_up(serial, {ErrorKind::upstream_status, what, {}, "results_gone"});
}

Status HalfRun::collect(uint64_t serial, const MessageBatch& batch) {
  submit_.note_room();
  if (!batch.has_results) {
    return collect_.give_up(serial, {ErrorKind::upstream_status,
                                     "the results of " + batch.id + " are archived",
                                     {},
                                     "results_gone"});
  }
  PROXX_ASSIGN(const auto outcome, collect_.collect(serial, batch.counts.total()));
  switch (outcome) {
    case HalfCollect::Outcome::got:
      context_.report.show(standing_of(context_), true);
      return {};
    case HalfCollect::Outcome::not_ours:
      context_.report.tell(batch.id + " is another's batch: the search goes on");
      return settle_.settle();
    case HalfCollect::Outcome::not_yet:
      return note_missing(serial, "the results of " + batch.id + " are gone");
  }
  return {};
}

// --- waiting -------------------------------------------------------------------------------------

/// Failures that may pass are waited out for as long as batches live. (Calls were tried as often as
/// --retry says.)
bool HalfRun::may_go_on(const Error& error) {
  if (!may_pass(error)) return false;
  const auto open = open_batches();
  if (context_.options.no_wait) return context_.journal.has_open_batches();
  int64_t last = started_unix_s_ + kBatchLifeSeconds;
  for (const JournalBatch& batch : open) last = std::max(last, batch.expires_unix_s);
  return context_.journal.has_open_batches() && context_.calls.now_unix_s() <= last + kGraceSeconds;
}

HalfRun::Milliseconds HalfRun::next_wait() {
  const Milliseconds first = context_.options.poll;
  if (context_.made != made_before_) {
    made_before_ = context_.made;
    interval_ = first;
  }
  Milliseconds wait = interval_;
  const double jitter = 1 - kJitter + 2 * kJitter * context_.calls.random();
  wait = std::chrono::duration_cast<Milliseconds>(wait * jitter);
  interval_ = std::min(std::chrono::duration_cast<Milliseconds>(interval_ * kGrowth),
                       first * kLongestWaits);
  std::optional<Milliseconds> asked = asked_delay_;
  if (const auto other = submit_.asked_delay()) asked = asked ? std::min(*asked, *other) : *other;
  if (asked) wait = *asked;
  submit_.note_room();  // the queue may have some again without a batch of ours ending
  return std::clamp(wait, kShortestWait, std::max(first * kLongestWaits, kShortestWait));
}

}  // namespace proxx::cli
