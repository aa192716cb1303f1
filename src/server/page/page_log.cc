#include "server/page/page_log.h"

#include <algorithm>

namespace proxx::server {
namespace {

/// Clients choose the names of models.
constexpr size_t kMaxTotals = 64;
/// What one request may bring: room for it is made when it begins.
constexpr size_t kRoomBytes = 3 * kMaxPageBodyBytes;

int64_t now_unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void add_tokens(TokenCounts& to, const TokenCounts& more) {
  to.input += more.input;
  to.output += more.output;
  to.cached += more.cached;
  to.cache_write += more.cache_write;
  to.reasoning += more.reasoning;
}

}  // namespace

std::unique_ptr<PageCapture> PageLog::capture(const http::Request& request) {
  auto made = std::make_unique<PageCapture>();
  made->client = request.header("user-agent").value_or(request.peer).substr(0, kMaxShownNameBytes);
  made->request_headers = page_headers(request.headers, kMaxPageHeaderBytes);
  if (const uint64_t epoch = recording_; epoch != 0) {
    if (body_bytes_ > kMaxPageBytes - kRoomBytes) drop_bodies(kMaxPageBytes - kRoomBytes);
    made->bodies = std::make_unique<PageBodies>(body_bytes_, epoch);
    made->bodies->append(&PageBodies::request, request.body);
  }
  return made;
}

void PageLog::add(const RequestRecord& record, std::chrono::microseconds convert,
                  PageCapture capture) {
  auto row = std::make_shared<PageEntry>(record, std::move(capture.client));
  row->time_unix_ms = now_unix_ms();
  row->convert = convert;
  row->stream = capture.stream;
  auto details = std::make_shared<const PageDetails>(record, capture);
  const size_t bytes = held_bytes(*row) + held_bytes(*details);

  const std::lock_guard lock(mutex_);
  if (capture.bodies && capture.bodies->epoch() != recording_) capture.bodies.reset();
  row->id = ++last_id_;
  count(*row);
  ring_bytes_ += bytes;
  kept_.push_back({std::move(row), std::move(details), std::move(capture.bodies)});
  make_room();
}

void PageLog::count(const PageEntry& row) {
  const int64_t minute = row.time_unix_ms / 60'000;
  PageMinute& slot = minutes_[static_cast<size_t>(minute) % minutes_.size()];
  if (slot.unix_minute != minute) slot = {minute, 0, 0, {}};
  ++slot.requests;
  if (row.first) {
    ++slot.firsts;
    slot.first_sum += *row.first;
  }
  if (row.model.empty()) return;
  const bool known = totals_.size() < kMaxTotals || totals_.count(row.model) > 0;
  PageTotals& total = totals_[known ? row.model : "other"];
  ++total.requests;
  if (row.failed) ++total.errors;
  if (row.tokens) add_tokens(total.tokens, *row.tokens);
}

/// Rows go by number, details by bytes.
void PageLog::make_room() {
  if (kept_.size() > kMaxPageRequests) {
    const Kept& oldest = kept_.front();
    ring_bytes_ -= held_bytes(*oldest.row);
    if (oldest.details) ring_bytes_ -= held_bytes(*oldest.details);
    kept_.pop_front();
  }
  const uint64_t first_id = kept_.front().row->id;
  detailed_from_ = std::max(detailed_from_, first_id);
  for (; ring_bytes_ > kMaxPageRingBytes && detailed_from_ <= last_id_; ++detailed_from_) {
    auto& details = kept_[detailed_from_ - first_id].details;
    ring_bytes_ -= held_bytes(*details);
    details.reset();
  }
}

PageLog::Rows PageLog::after(uint64_t id) const {
  Rows out;
  const std::lock_guard lock(mutex_);
  for (const Kept& kept : kept_) {
    if (kept.row->id > id) out.push_back(kept.row);
  }
  return out;
}

PageLog::Kept PageLog::find(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  if (kept_.empty() || id < kept_.front().row->id || id > last_id_) return {};
  return kept_[id - kept_.front().row->id];
}

std::map<std::string, PageTotals> PageLog::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

std::vector<PageMinute> PageLog::minutes() const {
  const int64_t now = now_unix_ms() / 60'000;
  std::vector<PageMinute> out;
  const std::lock_guard lock(mutex_);
  for (int64_t minute = now - static_cast<int64_t>(minutes_.size()) + 1; minute <= now; ++minute) {
    const PageMinute& slot = minutes_[static_cast<size_t>(minute) % minutes_.size()];
    if (slot.unix_minute == minute) out.push_back(slot);
  }
  return out;
}

void PageLog::record_bodies(bool on) {
  {
    const std::lock_guard lock(mutex_);
    if (on == (recording_ != 0)) return;
    recording_ = on ? ++last_epoch_ : 0;
  }
  if (!on) drop_bodies(0);
}

/// The oldest go first.
void PageLog::drop_bodies(size_t keep_bytes) {
  const std::lock_guard lock(mutex_);
  for (Kept& kept : kept_) {
    if (keep_bytes > 0 && body_bytes_ <= keep_bytes) return;
    kept.bodies.reset();
  }
}

}  // namespace proxx::server
