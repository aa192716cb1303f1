#include "server/page/page_log.h"

#include <algorithm>
#include <utility>

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

uint64_t PageLog::first_id() const {
  return last_id_ > kMaxPageRequests ? last_id_ - kMaxPageRequests + 1 : 1;
}

PageLog::Slot* PageLog::slot_of(uint64_t id) {
  return id >= first_id() && id <= last_id_ ? &slots_[id % kMaxPageRequests] : nullptr;
}

PageCapture PageLog::begin(const http::Request& request, const RequestRecord& record) {
  PageCapture capture;
  const int64_t now = now_unix_ms();
  std::string headers = kept_headers(request.headers);
  std::shared_ptr<PageBodies> old_bodies;
  {
    const std::lock_guard lock(mutex_);
    if (slots_.empty()) {
      slots_.resize(kMaxPageRequests);
      ring_bytes_ = kMaxPageRequests * sizeof(Slot);
    }
    if (recording_) {
      stop_bodies(kMaxPageBytes - kRoomBytes);
      capture.bodies = std::make_shared<PageBodies>(body_bytes_);
    }
    capture.id = ++last_id_;
    Slot& slot = slots_[capture.id % kMaxPageRequests];
    slot.row.begin(capture.id, request, record);
    slot.row.time_unix_ms = now;
    slot.details.emplace().request_headers = std::move(headers);
    old_bodies = std::exchange(slot.bodies, capture.bodies);
    changed(slot);
  }
  if (old_bodies) old_bodies->stop();
  if (capture.bodies) capture.bodies->append(&PageBodies::Texts::request, request.body);
  return capture;
}

void PageLog::set_model(const PageCapture& capture, std::string_view model) {
  const std::lock_guard lock(mutex_);
  Slot* const slot = slot_of(capture.id);
  if (slot == nullptr) return;
  slot->row.model = model.substr(0, kMaxShownNameBytes);
  changed(*slot);
}

void PageLog::start_answer(PageCapture& capture, const RequestRecord& record) {
  const std::lock_guard lock(mutex_);
  Slot* const slot = slot_of(capture.id);
  if (slot == nullptr) return;
  slot->row.stream = capture.stream;
  slot->row.status = record.status;
  slot->row.first = record.first;
  if (slot->details) slot->details->answer_headers = std::move(capture.answer_headers);
  changed(*slot);
}

void PageLog::end(PageCapture capture, RequestRecord& record, std::chrono::microseconds convert) {
  const std::lock_guard lock(mutex_);
  count(record, now_unix_ms());
  Slot* const slot = slot_of(capture.id);
  if (slot == nullptr) return;
  slot->row.stream = capture.stream;
  slot->row.convert = convert;
  slot->row.end(record);
  if (slot->details) {
    slot->details->take_notices(record.notices);
    if (!capture.answer_headers.empty()) {
      slot->details->answer_headers = std::move(capture.answer_headers);
    }
  }
  changed(*slot);
}

void PageLog::changed(Slot& slot) {
  slot.row.change = ++last_change_;
  ring_bytes_ -= slot.row_bytes + slot.details_bytes;
  slot.row_bytes = text_bytes(slot.row);
  slot.details_bytes = slot.details ? text_bytes(*slot.details) : 0;
  ring_bytes_ += slot.row_bytes + slot.details_bytes;
  make_room();
}

/// Rows go by number, details by bytes.
void PageLog::make_room() {
  detailed_from_ = std::max(detailed_from_, first_id());
  for (; ring_bytes_ > kMaxPageRingBytes && detailed_from_ <= last_id_; ++detailed_from_) {
    Slot& slot = slots_[detailed_from_ % kMaxPageRequests];
    ring_bytes_ -= std::exchange(slot.details_bytes, 0);
    slot.details.reset();
  }
}

void PageLog::count(const RequestRecord& record, int64_t now_unix_ms) {
  const int64_t minute = now_unix_ms / 60'000;
  PageMinute& slot = minutes_[static_cast<size_t>(minute) % minutes_.size()];
  if (slot.unix_minute != minute) slot = {minute, 0, 0, {}};
  ++slot.requests;
  if (record.first) {
    ++slot.firsts;
    slot.first_sum += *record.first;
  }
  if (record.model.empty()) return;
  const auto model = std::string_view(record.model).substr(0, kMaxShownNameBytes);
  auto total = totals_.find(model);
  if (total == totals_.end()) {
    total = totals_.try_emplace(totals_.size() < kMaxTotals ? std::string(model) : "other").first;
  }
  ++total->second.requests;
  if (record.error || record.status >= 400) ++total->second.errors;
  if (record.tokens) add_tokens(total->second.tokens, *record.tokens);
}

PageRow PageLog::row_of(const Slot& slot, int64_t now_unix_ms) {
  PageRow row = slot.row;
  if (row.open) {
    row.total = std::chrono::milliseconds(std::max<int64_t>(now_unix_ms - row.time_unix_ms, 0));
  }
  return row;
}

std::vector<PageRow> PageLog::changed_since(uint64_t change) const {
  std::vector<PageRow> out;
  const int64_t now = now_unix_ms();
  const std::lock_guard lock(mutex_);
  if (change == last_change_) return out;
  for (uint64_t id = first_id(); id <= last_id_; ++id) {
    const Slot& slot = slots_[id % kMaxPageRequests];
    if (slot.row.change > change) out.push_back(row_of(slot, now));
  }
  return out;
}

std::optional<PageLog::Kept> PageLog::find(uint64_t id) const {
  const int64_t now = now_unix_ms();
  const std::lock_guard lock(mutex_);
  if (id < first_id() || id > last_id_) return std::nullopt;
  const Slot& slot = slots_[id % kMaxPageRequests];
  return Kept{row_of(slot, now), slot.details, slot.bodies};
}

std::map<std::string, PageTotals> PageLog::totals() const {
  const std::lock_guard lock(mutex_);
  return {totals_.begin(), totals_.end()};
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

size_t PageLog::ring_bytes() const {
  const std::lock_guard lock(mutex_);
  return ring_bytes_;
}

void PageLog::record_bodies(bool on) {
  const std::lock_guard lock(mutex_);
  recording_ = on;
  if (!on) stop_bodies(0);
}

void PageLog::stop_bodies(size_t keep_bytes) {
  for (uint64_t id = first_id(); id <= last_id_; ++id) {
    if (keep_bytes > 0 && body_bytes_ <= keep_bytes) return;
    auto& bodies = slots_[id % kMaxPageRequests].bodies;
    if (bodies) std::exchange(bodies, nullptr)->stop();
  }
}

}  // namespace proxx::server
