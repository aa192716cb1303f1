#include "anthropic/sse.h"

#include <algorithm>
#include <cstring>

#include "base/release.h"

namespace proxx {
namespace {

/// What the buffers may keep between events; an open stream must stay small.
constexpr size_t kKeptBytes = 4096;

size_t find_byte(std::string_view text, size_t from, char byte) {
  const void* const found = std::memchr(text.data() + from, byte, text.size() - from);
  return found == nullptr ? text.size()
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

void clear_and_shrink(std::string& buffer) {
  if (buffer.capacity() > kKeptBytes) {
    release(buffer);
  } else {
    buffer.clear();
  }
}

}  // namespace

void SseParser::feed(std::string_view piece) {
  piece_ = piece;
  at_ = 0;
  next_cr_ = kUnknown;
}

std::string_view SseParser::unread() {
  if (delivered_) end_event();
  const bool within = has_data_ || skip_lf_ || first_line_ || too_large_ || !line_.empty();
  return within ? std::string_view() : piece_.substr(at_, kMaxEventBytes);
}

/// Offset of the next line end, or the piece's size.
size_t SseParser::find_line_end() {
  // Looked up once and not for each line: most streams have none, and scanning for it line by line
  // would make a CR-only stream quadratic.
  if (next_cr_ == kUnknown || next_cr_ < at_) next_cr_ = find_byte(piece_, at_, '\r');
  return std::min(next_cr_, find_byte(piece_.substr(0, next_cr_), at_, '\n'));
}

std::optional<std::string_view> SseParser::next() {
  if (delivered_) end_event();
  while (at_ < piece_.size() && !too_large_) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (piece_[at_] == '\n') {
        ++at_;
        continue;
      }
    }
    const size_t end = find_line_end();
    const std::string_view part = piece_.substr(at_, end - at_);
    if (end == piece_.size()) {
      at_ = end;
      too_large_ = line_.size() + part.size() > kMaxEventBytes;
      if (!too_large_) line_.append(part);
      break;
    }
    skip_lf_ = piece_[end] == '\r';
    at_ = end + 1;
    bool complete = false;
    if (line_.empty()) {
      complete = take_line(part);
    } else {
      too_large_ = line_.size() + part.size() > kMaxEventBytes;
      if (too_large_) break;
      line_.append(part);
      complete = take_line(line_);
      clear_and_shrink(line_);
    }
    if (complete) {
      delivered_ = true;
      return data();
    }
  }
  keep_rest();
  return std::nullopt;
}

std::optional<std::string_view> SseParser::finish() {
  if (delivered_) end_event();
  if (too_large_) return std::nullopt;
  if (!line_.empty()) {
    take_line(line_);
    line_.clear();
  }
  if (!has_data_) return std::nullopt;
  delivered_ = true;
  return data();
}

bool SseParser::take_line(std::string_view line) {
  if (first_line_) {
    first_line_ = false;
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      line.remove_prefix(kByteOrderMark.size());
    }
  }
  if (line.empty()) return has_data_;
  constexpr std::string_view kData = "data";
  if (line.substr(0, kData.size()) != kData) return false;
  line.remove_prefix(kData.size());
  if (!line.empty()) {
    if (line.front() != ':') return false;
    line.remove_prefix(1);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  take_data(line);
  return false;
}

void SseParser::take_data(std::string_view value) {
  if (has_data_) {
    const std::string_view before = data();
    too_large_ = before.size() + 1 + value.size() > kMaxEventBytes;
    if (too_large_) return;
    if (is_view_) data_.assign(before);
    is_view_ = false;
    data_.push_back('\n');
    data_.append(value);
    return;
  }
  has_data_ = true;
  if (line_.empty()) {
    too_large_ = value.size() > kMaxEventBytes;
    is_view_ = true;
    view_ = value;
    return;
  }
  // The line was put together in line_: its buffer becomes the event's, so that nothing is copied.
  data_begin_ = line_.size() - value.size();
  data_.swap(line_);
  is_view_ = false;
}

/// The piece is about to go: what is only a view of it has to be copied.
void SseParser::keep_rest() {
  if (has_data_ && is_view_) {
    data_.assign(view_);
    is_view_ = false;
  }
  piece_ = {};
  at_ = 0;
}

void SseParser::end_event() {
  delivered_ = false;
  has_data_ = false;
  is_view_ = false;
  data_begin_ = 0;
  clear_and_shrink(data_);
}

std::string_view SseParser::data() const {
  return is_view_ ? view_ : std::string_view(data_).substr(data_begin_);
}

}  // namespace proxx
