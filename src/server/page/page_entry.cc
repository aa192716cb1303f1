#include "server/page/page_entry.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/secret_text.h"

namespace proxx::server {
namespace {

/// A string has room for it in itself.
constexpr size_t kMaxMethodBytes = 15;
constexpr size_t kMaxNoticePathBytes = 160;
constexpr size_t kMaxReasonBytes = 240;
constexpr size_t kMaxNoticeBytes = 2048;
/// What an allocation, and a shared one, cost beside their bytes.
constexpr size_t kAllocationBytes = 16;
constexpr size_t kSharedBytes = kAllocationBytes + 16;

std::string head(std::string_view text, size_t max_bytes) {
  return std::string(text.substr(0, max_bytes));
}

size_t text_bytes(const std::string& text) {
  static const size_t own_room = std::string().capacity();
  return text.capacity() > own_room ? text.capacity() + 1 + kAllocationBytes : 0;
}

/// The same names come with every request. Judging each anew took 340 000 instructions of a JSON
/// request's 821 000.
bool is_secret(std::string_view name) {
  constexpr size_t kMaxNames = 128;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  thread_local std::unordered_map<std::string, bool, Hash, std::equal_to<>> known;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const bool secret = names_secret(name);
  if (known.size() < kMaxNames && name.size() <= kMaxShownNameBytes) known.emplace(name, secret);
  return secret;
}

}  // namespace

std::string page_headers(const http::HeaderList& headers, size_t max_bytes) {
  std::string out;
  for (const auto& [name, value] : headers) {
    const std::string_view shown_value = is_secret(name) ? kRedacted : std::string_view(value);
    if (out.size() + name.size() + shown_value.size() + 3 > max_bytes) continue;
    if (out.empty()) out.reserve(std::min<size_t>(max_bytes, 512));
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

PageEntry::PageEntry(const RequestRecord& record, std::string the_client)
    : client(std::move(the_client)),
      method(head(record.method, kMaxMethodBytes)),
      path(head(record.path, kMaxShownPathBytes)),
      model(head(record.model, kMaxShownNameBytes)),
      request_id(head(record.request_id, kMaxShownNameBytes)),
      error_word(head(record.error_word, kMaxShownNameBytes)),
      status(record.status),
      failed(record.error || record.status >= 400),
      total(record.total),
      first(record.first),
      tokens(record.tokens) {
  for (const Notice& notice : record.notices) ++notices[static_cast<size_t>(notice.kind)];
}

PageDetails::PageDetails(const RequestRecord& record, const PageCapture& capture)
    : request_headers(capture.request_headers), answer_headers(capture.answer_headers) {
  size_t bytes = 0;
  for (const Notice& notice : record.notices) {
    Notice kept{notice.kind, head(notice.path, kMaxNoticePathBytes),
                head(notice.reason, kMaxReasonBytes)};
    bytes += sizeof(Notice) + kept.path.size() + kept.reason.size();
    if (bytes > kMaxNoticeBytes) break;
    notices.push_back(std::move(kept));
  }
  notices.shrink_to_fit();
}

size_t held_bytes(const PageEntry& entry) {
  return sizeof(entry) + kSharedBytes + text_bytes(entry.client) + text_bytes(entry.method) +
         text_bytes(entry.path) + text_bytes(entry.model) + text_bytes(entry.request_id) +
         text_bytes(entry.error_word);
}

size_t held_bytes(const PageDetails& details) {
  size_t bytes = sizeof(details) + kSharedBytes + text_bytes(details.request_headers) +
                 text_bytes(details.answer_headers);
  if (!details.notices.empty()) bytes += kAllocationBytes;
  for (const Notice& notice : details.notices) {
    bytes += sizeof(notice) + text_bytes(notice.path) + text_bytes(notice.reason);
  }
  return bytes;
}

}  // namespace proxx::server
