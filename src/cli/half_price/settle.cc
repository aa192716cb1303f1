#include "cli/half_price/settle.h"

#include <algorithm>
#include <utility>

namespace proxx::cli {
namespace {

using anthropic::BatchPage;
using anthropic::MessageBatch;

constexpr const char* kBatches = "/v1/messages/batches";
/// The looks at the list before a batch that it does not show is sent again.
constexpr int kLooks = 6;
constexpr int kMaxPages = 200;
/// Creations in a row that were neither answered nor found.
constexpr int kMaxLost = 3;

}  // namespace

Status HalfSettle::settle() {
  std::vector<uint64_t> doubtful;
  for (const JournalBatch& batch : context_.journal.batches()) {
    if (batch.id.empty()) doubtful.push_back(batch.serial);
  }
  for (const uint64_t serial : doubtful) PROXX_TRY(settle(serial));
  return {};
}

Result<HalfSettle::Candidates> HalfSettle::candidates(const JournalBatch& batch) {
  Candidates found;
  std::string after;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    HalfCall call;
    call.path = std::string(kBatches) + "?limit=100" + (after.empty() ? "" : "&after_id=" + after);
    const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
    if (!answer.ok()) return err(*answer.error);
    PROXX_ASSIGN(BatchPage page, anthropic::decode_batch_page(answer.body));
    for (MessageBatch& each : page.batches) {
      if (each.id == batch.marker) {
        found.saw_marker = true;
        return found;
      }
      const bool refuted =
          std::find(batch.not_ours.begin(), batch.not_ours.end(), each.id) != batch.not_ours.end();
      if (each.counts.total() != batch.items || refuted || context_.journal.knows(each.id)) {
        continue;
      }
      found.batches.push_back(std::move(each));
    }
    if (page.next.empty()) break;
    after = std::move(page.next);
  }
  return found;
}

Status HalfSettle::settle(uint64_t serial) {
  const JournalBatch batch = *context_.journal.find(serial);
  bool saw_marker = batch.marker.empty();
  for (int look = 0; look < kLooks; ++look) {
    if (look > 0) context_.calls.wait(context_.options.settle / (kLooks - 1));
    PROXX_ASSIGN(const auto listed, candidates(batch));
    const std::vector<MessageBatch>& found = listed.batches;
    saw_marker = saw_marker || listed.saw_marker;
    if (found.size() > 1) {
      std::string ids;
      for (const MessageBatch& each : found) ids += (ids.empty() ? "" : ", ") + each.id;
      return err(hopeless("whether a batch of " + std::to_string(batch.items) +
                          " lines was created is in doubt, and it may be any of " + ids +
                          ": --adopt ID says which one it is, --again that none of them is"));
    }
    if (found.empty()) continue;
    PROXX_TRY(
        context_.journal.made(serial, found.front().id, found.front().expires_unix_s, {}, false));
    ++context_.made;
    context_.lost_in_a_row = 0;
    return {};
  }
  if (context_.calls.interrupted()) return err(interrupted_error());
  if (!saw_marker) {
    return err(hopeless("whether a batch of " + std::to_string(batch.items) +
                        " lines was created is in doubt, and this key does not see " +
                        batch.marker +
                        ", the newest one before it: use a key of the workspace that it was "
                        "created in, or --again to send the lines again"));
  }
  if (++context_.lost_in_a_row > kMaxLost) {
    return err(hopeless("the upstream answers to no creation of a batch, and lists none of them"));
  }
  return give_up(serial);
}

Status HalfSettle::give_up(uint64_t serial) {
  const LineRanges lines = context_.journal.find(serial)->lines;
  PROXX_TRY(context_.journal.give_up(serial));
  context_.release(lines);
  return {};
}

Status HalfSettle::adopt(const std::string& id) {
  const auto& batches = context_.journal.batches();
  const auto doubtful = std::find_if(batches.begin(), batches.end(),
                                     [](const JournalBatch& each) { return each.id.empty(); });
  if (doubtful == batches.end()) {
    return err(ErrorKind::usage, "--adopt: the creation of no batch is in doubt");
  }
  if (context_.journal.knows(id)) {
    return err(ErrorKind::usage, "--adopt: " + id + " is known already");
  }
  HalfCall call;
  call.path = std::string(kBatches) + "/" + id;
  const HalfAnswer answer = call_with_retries(context_.calls, call, context_.options.retry);
  if (!answer.ok()) return err(*answer.error);
  PROXX_ASSIGN(const MessageBatch batch, anthropic::decode_batch(answer.body));
  if (batch.id != id || batch.counts.total() != doubtful->items) {
    return err(ErrorKind::usage, "--adopt: " + id + " has " + std::to_string(batch.counts.total()) +
                                     " requests; the one in doubt has " +
                                     std::to_string(doubtful->items));
  }
  return context_.journal.made(doubtful->serial, id, batch.expires_unix_s, {}, false);
}

}  // namespace proxx::cli
