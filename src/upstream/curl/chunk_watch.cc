#include "upstream/curl/chunk_watch.h"

#include <algorithm>

#include "base/ascii.h"

namespace proxx {
namespace {

constexpr size_t kMaxDigits = 15;  // of a chunk's size; far over what an answer may have
constexpr size_t kMaxPlainDigits = 6;
constexpr size_t kMaxSizeLineBytes = size_t{4} << 10;
constexpr size_t kMaxTrailerBytes = size_t{64} << 10;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// The bytes of the chunk at the beginning of `bytes`, if it is whole, not empty, and looks as
/// usual: `1a CRLF data CRLF`. Else 0.
size_t plain_chunk(std::string_view bytes) {
  size_t size = 0;
  size_t at = 0;
  while (at < bytes.size() && at < kMaxPlainDigits) {
    const int digit = hex_digit(bytes[at]);
    if (digit < 0) break;
    size = size * 16 + static_cast<size_t>(digit);
    ++at;
  }
  const size_t whole = at + 2 + size + 2;
  if (at == 0 || size == 0 || bytes.size() < whole) return 0;
  const bool framed = bytes[at] == '\r' && bytes[at + 1] == '\n' && bytes[whole - 2] == '\r' &&
                      bytes[whole - 1] == '\n';
  return framed ? whole : 0;
}

}  // namespace

Status ChunkWatch::add(std::string_view bytes, const std::string& peer) {
  while (!bytes.empty()) {
    if (state_ == State::complete) {
      has_excess_ = true;
      break;
    }
    if (state_ == State::size && digits_ == 0) {
      if (const size_t whole = plain_chunk(bytes)) {
        bytes.remove_prefix(whole);
        continue;
      }
    }
    if (state_ == State::data) {
      const uint64_t taken = std::min<uint64_t>(size_, bytes.size());
      bytes.remove_prefix(static_cast<size_t>(taken));
      size_ -= taken;
      if (size_ == 0) state_ = State::data_cr;
      continue;
    }
    if (!take(bytes.front()))
      return err(ErrorKind::upstream_protocol,
                 "malformed HTTP from " + peer + ": the framing of a chunked body is broken");
    bytes.remove_prefix(1);
  }
  return {};
}

bool ChunkWatch::take(char c) {
  switch (state_) {
    case State::size:
      return take_size(c);
    case State::size_end:
    case State::extension:
      return end_size(c);
    case State::line_end:
      state_ = size_ == 0 ? State::trailer : State::data;
      line_bytes_ = digits_ = 0;
      return c == '\n';
    case State::data_cr:
      state_ = State::data_lf;
      return c == '\r';
    case State::data_lf:
      state_ = State::size;
      return c == '\n';
    case State::trailer:
      if (++line_bytes_ > kMaxTrailerBytes) return false;
      if (c == '\n') return end_trailer();
      trailer_ += c;
      return true;
    case State::data:
    case State::complete:
      break;
  }
  return true;
}

bool ChunkWatch::take_size(char c) {
  const int digit = hex_digit(c);
  if (digit < 0) return digits_ > 0 && end_size(c);
  size_ = size_ * 16 + static_cast<uint64_t>(digit);
  return ++digits_ <= kMaxDigits;
}

bool ChunkWatch::end_size(char c) {
  if (c == '\r') {
    state_ = State::line_end;
    return true;
  }
  if (c == ';') state_ = State::extension;
  if (state_ == State::extension) return !is_field_control(c) && ++line_bytes_ <= kMaxSizeLineBytes;
  // Some servers pad the size with blanks, which libcurl takes, too.
  state_ = State::size_end;
  return is_blank(c) && ++line_bytes_ <= kMaxSizeLineBytes;
}

bool ChunkWatch::end_trailer() {
  std::string line = std::move(trailer_);
  trailer_.clear();
  if (line.empty() || line.back() != '\r') return false;
  line.pop_back();
  if (line.empty()) {
    state_ = State::complete;
    return true;
  }
  const size_t colon = line.find(':');
  return colon != std::string::npos && is_token(std::string_view(line).substr(0, colon)) &&
         std::none_of(line.begin() + static_cast<std::ptrdiff_t>(colon), line.end(),
                      is_field_control);
}

}  // namespace proxx
