#include "server/page/page_entry.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/secret_text.h"

namespace proxx::server {
namespace {

constexpr size_t kMaxNoticePathBytes = 160;
constexpr size_t kMaxReasonBytes = 240;
constexpr size_t kMaxNoticeBytes = 2048;
/// What an allocation costs beside its bytes.
constexpr size_t kAllocationBytes = 16;
/// `: ` and the line end.
constexpr size_t kLineBytes = 3;

/// What a string holds in itself.
const size_t kOwnRoom = std::string().capacity();

size_t text_bytes(const std::string& text) {
  return text.capacity() > kOwnRoom ? text.capacity() + 1 + kAllocationBytes : 0;
}

void take(std::string& to, std::string& from, size_t max_bytes) {
  if (from.size() <= max_bytes && from.capacity() <= 2 * max_bytes) {
    to = std::move(from);
  } else {
    to.assign(from, 0, max_bytes);
  }
}

/// The headers that clients send a credential in.
bool is_credential(std::string_view name) {
  switch (name.size()) {
    case 6:
      return same_word(name, "cookie");
    case 7:
      return same_word(name, "api-key");
    case 9:
      return same_word(name, "x-api-key");
    case 13:
      return same_word(name, "authorization");
    case 19:
      return same_word(name, "proxy-authorization");
    default:
      return false;
  }
}

char* put(char* to, std::string_view text) {
  return std::copy(text.begin(), text.end(), to);
}

bool fits(const Notice& notice) {
  return notice.path.size() <= kMaxNoticePathBytes && notice.reason.size() <= kMaxReasonBytes;
}

size_t room_of(const Notice& notice) {
  return sizeof(Notice) + std::min(notice.path.size(), kMaxNoticePathBytes) +
         std::min(notice.reason.size(), kMaxReasonBytes);
}

}  // namespace

void PageBodies::append(std::string Texts::*text, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  std::string& to = texts_.*text;
  const size_t held = held_;
  const size_t room = std::min(kMaxPageBodyBytes - to.size(),
                               held < kMaxPageBytes ? kMaxPageBytes - held : size_t{0});
  if (bytes.size() > room) texts_.cut = true;
  bytes = bytes.substr(0, room);
  held_ += bytes.size();
  to.append(bytes);
}

void PageBodies::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  held_ -= texts_.request.size() + texts_.upstream.size() + texts_.answer.size();
  texts_ = {};
}

PageBodies::Texts PageBodies::texts() const {
  const std::lock_guard lock(mutex_);
  return texts_;
}

std::string kept_headers(const http::HeaderList& headers) {
  size_t wanted = 0;
  for (const auto& [name, value] : headers) wanted += name.size() + value.size() + kLineBytes;
  std::string out(std::min(wanted, kMaxPageHeaderBytes), '\0');
  char* const begin = out.data();
  char* const end = begin + out.size();
  char* to = begin;
  for (const auto& [name, whole] : headers) {
    const std::string_view value = is_credential(name) ? std::string_view() : whole;
    if (name.size() + value.size() + kLineBytes > static_cast<size_t>(end - to)) continue;
    to = put(to, name);
    *to++ = ':';
    *to++ = ' ';
    to = put(to, value);
    *to++ = '\n';
  }
  out.resize(static_cast<size_t>(to - begin));
  return out;
}

std::string shown_headers(std::string_view kept) {
  std::string out;
  while (!kept.empty()) {
    const std::string_view line = kept.substr(0, kept.find('\n'));
    const std::string_view name = line.substr(0, line.find(':'));
    kept.remove_prefix(std::min(line.size() + 1, kept.size()));
    if (names_secret(name)) {
      out.append(name).append(": ").append(kRedacted);
    } else {
      out.append(line);
    }
    out += '\n';
  }
  return out;
}

void PageRow::begin(uint64_t new_id, const http::Request& request, const RequestRecord& record) {
  static_cast<PageFacts&>(*this) = {};
  id = new_id;
  // The memory of the texts is used again: allocations are most of what a row costs.
  client = request.header("user-agent").value_or(request.peer).substr(0, kMaxShownNameBytes);
  method.assign(record.method, 0, kMaxPageMethodBytes);
  path.assign(record.path, 0, kMaxShownPathBytes);
  model.clear();
  request_id.clear();
  error_word.clear();
}

void PageRow::end(RequestRecord& record) {
  open = false;
  failed = record.error || record.status >= 400;
  status = record.status;
  total = record.total;
  first = record.first;
  tokens = record.tokens;
  take(model, record.model, kMaxShownNameBytes);
  take(request_id, record.request_id, kMaxShownNameBytes);
  take(error_word, record.error_word, kMaxShownNameBytes);
  for (const Notice& notice : record.notices) ++notices[static_cast<size_t>(notice.kind)];
}

void PageDetails::take_notices(Notices& from) {
  size_t bytes = 0;
  size_t count = 0;
  for (; count < from.size(); ++count) {
    bytes += room_of(from[count]);
    if (bytes > kMaxNoticeBytes) break;
  }
  if (count < from.size()) {
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(count), from.end());
    from.shrink_to_fit();
  }
  for (Notice& notice : from) {
    if (fits(notice)) continue;
    notice = {notice.kind, notice.path.substr(0, kMaxNoticePathBytes),
              notice.reason.substr(0, kMaxReasonBytes)};
  }
  notices = std::move(from);
}

size_t text_bytes(const PageRow& row) {
  return text_bytes(row.client) + text_bytes(row.method) + text_bytes(row.path) +
         text_bytes(row.model) + text_bytes(row.request_id) + text_bytes(row.error_word);
}

size_t text_bytes(const PageDetails& details) {
  size_t bytes = text_bytes(details.request_headers) + text_bytes(details.answer_headers);
  if (details.notices.capacity() == 0) return bytes;
  bytes += kAllocationBytes + details.notices.capacity() * sizeof(Notice);
  for (const Notice& notice : details.notices) {
    bytes += text_bytes(notice.path) + text_bytes(notice.reason) + text_bytes(notice.code);
  }
  return bytes;
}

}  // namespace proxx::server
