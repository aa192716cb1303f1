#include "server/page/page_log.h"

#include <algorithm>

#include "base/secret_text.h"

namespace proxx::server {
namespace {

constexpr size_t kMaxClientBytes = 96;
constexpr size_t kMaxModelBytes = 96;
constexpr size_t kMaxPathBytes = 160;
constexpr size_t kMaxNoticeBytes = 2048;
/// Clients choose the names of models.
constexpr size_t kMaxTotals = 64;
/// What one request may bring: room for it is made when it begins.
constexpr size_t kRoomBytes = 3 * kMaxPageBodyBytes;

int64_t now_unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void cut(std::string& text, size_t max_bytes) {
  if (text.size() > max_bytes) text.resize(max_bytes);
}

/// The first notices, as many as fit.
void cut(Notices& notices) {
  size_t bytes = 0;
  const auto end = std::find_if(notices.begin(), notices.end(), [&bytes](const Notice& notice) {
    bytes += notice.path.size() + notice.reason.size();
    return bytes > kMaxNoticeBytes;
  });
  notices.erase(end, notices.end());
}

void add_tokens(TokenCounts& to, const TokenCounts& more) {
  to.input += more.input;
  to.output += more.output;
  to.cached += more.cached;
  to.cache_write += more.cache_write;
  to.reasoning += more.reasoning;
}

}  // namespace

std::string page_headers(const http::HeaderList& headers, size_t max_bytes) {
  std::string out;
  for (const auto& [name, value] : headers) {
    const std::string_view shown_value = names_secret(name) ? kRedacted : std::string_view(value);
    if (out.size() + name.size() + shown_value.size() + 3 > max_bytes) continue;
    if (out.empty()) out.reserve(std::min<size_t>(max_bytes, 256));
    out.append(name).append(": ").append(shown_value).append("\n");
  }
  return out;
}

void PageBodies::append(std::string PageBodies::*body, std::string_view bytes) {
  std::string& to = this->*body;
  const size_t held = held_;
  const size_t room = std::min(kMaxPageBodyBytes - to.size(),
                               held < kMaxPageBytes ? kMaxPageBytes - held : size_t{0});
  if (bytes.size() > room) cut = true;
  bytes = bytes.substr(0, room);
  held_ += bytes.size();
  to.append(bytes);
}

std::unique_ptr<PageCapture> PageLog::capture(const http::Request& request) {
  auto made = std::make_unique<PageCapture>();
  made->client = request.header("user-agent").value_or(request.peer);
  cut(made->client, kMaxClientBytes);
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
  auto entry = std::make_shared<PageEntry>();
  entry->time_unix_ms = now_unix_ms();
  entry->record = record;
  entry->convert = convert;
  entry->capture = std::move(capture);
  cut(entry->record.model, kMaxModelBytes);
  cut(entry->record.path, kMaxPathBytes);
  cut(entry->record.notices);
  const int64_t minute = entry->time_unix_ms / 60'000;

  std::shared_ptr<const PageEntry> oldest;  // freed after the lock
  const std::lock_guard lock(mutex_);
  if (entry->capture.bodies && entry->capture.bodies->epoch() != recording_) {
    entry->capture.bodies.reset();
  }
  entry->id = ++last_id_;
  PageMinute& slot = minutes_[static_cast<size_t>(minute) % minutes_.size()];
  if (slot.unix_minute != minute) slot = {minute, 0, 0, {}};
  ++slot.requests;
  if (record.first) {
    ++slot.firsts;
    slot.first_sum += *record.first;
  }
  const std::string& model = entry->record.model;
  if (!model.empty()) {
    const bool known = totals_.size() < kMaxTotals || totals_.count(model) > 0;
    PageTotals& total = totals_[known ? model : "other"];
    ++total.requests;
    if (record.error || record.status >= 400) ++total.errors;
    if (record.tokens) add_tokens(total.tokens, *record.tokens);
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() > kMaxPageRequests) {
    oldest = std::move(entries_.front());
    entries_.pop_front();
  }
}

PageLog::Entries PageLog::after(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto first = std::find_if(entries_.begin(), entries_.end(),
                                  [id](const auto& entry) { return entry->id > id; });
  return {first, entries_.end()};
}

std::shared_ptr<const PageEntry> PageLog::find(uint64_t id) const {
  const std::lock_guard lock(mutex_);
  if (entries_.empty() || id < entries_.front()->id || id > last_id_) return nullptr;
  return entries_[id - entries_.front()->id];
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

/// The oldest go first. Whoever is reading an entry keeps it until it has been read.
void PageLog::drop_bodies(size_t keep_bytes) {
  const std::lock_guard lock(mutex_);
  for (std::shared_ptr<const PageEntry>& entry : entries_) {
    if (!entry->capture.bodies) continue;
    if (keep_bytes > 0 && body_bytes_ <= keep_bytes) return;
    auto bare = std::make_shared<PageEntry>();
    bare->id = entry->id;
    bare->time_unix_ms = entry->time_unix_ms;
    bare->record = entry->record;
    bare->convert = entry->convert;
    bare->capture.client = entry->capture.client;
    bare->capture.request_headers = entry->capture.request_headers;
    bare->capture.answer_headers = entry->capture.answer_headers;
    bare->capture.stream = entry->capture.stream;
    entry = std::move(bare);
  }
}

}  // namespace proxx::server
