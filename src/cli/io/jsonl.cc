#include "cli/io/jsonl.h"

namespace proxx::cli {

void LineCutter::feed(std::string_view piece) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_.append(piece);
}

std::optional<LineCutter::Line> LineCutter::next() {
  const size_t newline = buffer_.find('\n', scanned_);
  if (newline != std::string::npos) return take(newline - begin_, true);
  scanned_ = buffer_.size();
  if (skipping_ || scanned_ - begin_ > max_line_bytes_) {
    skipping_ = true;
    begin_ = scanned_;
  }
  return std::nullopt;
}

std::optional<LineCutter::Line> LineCutter::rest() {
  if (!skipping_ && begin_ == buffer_.size()) return std::nullopt;
  return take(buffer_.size() - begin_, false);
}

std::optional<LineCutter::Line> LineCutter::take(size_t length, bool has_newline) {
  Line line;
  line.number = ++lines_;
  line.has_newline = has_newline;
  line.too_long = skipping_ || length > max_line_bytes_;
  if (!line.too_long) line.text = std::string_view(buffer_).substr(begin_, length);
  begin_ += length + (has_newline ? 1 : 0);
  scanned_ = begin_;
  skipping_ = false;
  return line;
}

}  // namespace proxx::cli
