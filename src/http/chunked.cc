#include "http/chunked.h"

#include <algorithm>

#include "base/ascii.h"

namespace proxx::http {
namespace {

/// A body's first allocation; doubling keeps one of unknown length within the limit while it is
/// copied.
constexpr size_t kFirstBytes = size_t{64} << 10;
constexpr uint64_t kMaxShiftable = UINT64_MAX >> 4U;

const Refusal kMalformed{400, "malformed chunked body"};

/// The value of a hexadecimal digit, or 16.
unsigned digit_of(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  return lower(c) >= 'a' && lower(c) <= 'f' ? static_cast<unsigned>(lower(c) - 'a') + 10 : 16;
}

void append(std::string& body, std::string_view bytes) {
  const size_t needed = body.size() + bytes.size();
  if (needed > body.capacity()) {
    size_t room = kFirstBytes;
    while (room < needed) room *= 2;
    body.reserve(room);
  }
  body.append(bytes);
}

}  // namespace

std::optional<Refusal> ChunkedBody::take_line_byte(char c) {
  if (++line_bytes_ > std::min(limits_.max_header_line_bytes, limits_.max_header_bytes))
    return Refusal{431, "a chunk's line is too long"};
  if (state_ == State::size_end) return c == '\n' ? end_line() : kMalformed;
  const bool quoted = state_ == State::quoted || state_ == State::quoted_pair;
  if (c == '\r' && has_digit_ && !quoted) {
    state_ = State::size_end;
    return std::nullopt;
  }
  if (is_field_control(c)) return kMalformed;
  if (state_ == State::size) {
    if (const unsigned digit = digit_of(c); digit < 16) {
      if (size_ > kMaxShiftable) return kMalformed;
      size_ = size_ << 4U | digit;
      has_digit_ = true;
      return std::nullopt;
    }
    if (!has_digit_) return kMalformed;
    state_ = State::blank;
  }
  switch (state_) {
    case State::blank:
      if (c == ';') state_ = State::extension;
      return c == ';' || c == ' ' || c == '\t' ? std::nullopt : std::optional(kMalformed);
    case State::extension:
      if (c == '"') state_ = State::quoted;
      break;
    case State::quoted:
      if (c == '"') state_ = State::extension;
      if (c == '\\') state_ = State::quoted_pair;
      break;
    default:
      state_ = State::quoted;
      break;
  }
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::end_line() {
  if (size_ > limits_.max_body_bytes - body_bytes_)
    return Refusal{413, "the request body is too large"};
  state_ = size_ == 0 ? State::trailers : State::data;
  has_digit_ = false;
  line_bytes_ = 0;
  return std::nullopt;
}

tl::expected<bool, Refusal> ChunkedBody::feed(std::string& input, std::string& body) {
  size_t at = 0;
  while (at < input.size() && state_ != State::trailers) {
    const std::string_view rest = std::string_view(input).substr(at);
    switch (state_) {
      case State::data: {
        const size_t bytes = static_cast<size_t>(std::min<uint64_t>(size_, rest.size()));
        append(body, rest.substr(0, bytes));
        body_bytes_ += bytes;
        size_ -= bytes;
        if (size_ == 0) state_ = State::data_cr;
        at += bytes;
        break;
      }
      case State::data_cr:
        if (rest.front() != '\r') return tl::unexpected<Refusal>(kMalformed);
        state_ = State::data_lf;
        ++at;
        break;
      case State::data_lf:
        if (rest.front() != '\n') return tl::unexpected<Refusal>(kMalformed);
        state_ = State::size;
        ++at;
        break;
      default:
        if (const auto refusal = take_line_byte(rest.front()))
          return tl::unexpected<Refusal>(*refusal);
        ++at;
        break;
    }
  }
  input.erase(0, at);
  if (state_ != State::trailers) return false;
  const auto end = trailers_.scan(input);
  if (!end) return tl::unexpected<Refusal>(end.error());
  input.erase(0, *end);
  return *end > 0;
}

}  // namespace proxx::http
