#pragma once
#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "http/guard.h"
#include "http/server.h"

namespace proxx::http {

/// Decodes a chunked body (RFC 9112 7.1) byte by byte: what is taken or refused does not depend on
/// how the bytes are cut. Extensions and trailers are checked, bounded as a head is, and dropped.
/// No I/O.
class ChunkedBody {
 public:
  /// `limits` must outlive it.
  explicit ChunkedBody(const Limits& limits)
      : limits_(limits), trailers_(limits, HeadGuard::Section::trailers) {}

  /// Takes what it can from the front of `input`, and appends the data to `body`, which may have
  /// been emptied since (the limit is for what all calls appended). True at the end
  /// of the trailers; what is left of `input` is the next request's. Errors: 413 for a chunk beyond
  /// the limit, before its data; 431 for a chunk's line or trailers that are too long; 400.
  [[nodiscard]] tl::expected<bool, Refusal> feed(std::string& input, std::string& body);

 private:
  enum class State {
    size,
    blank,
    extension,
    quoted,
    quoted_pair,
    size_end,
    data,
    data_cr,
    data_lf,
    trailers
  };

  [[nodiscard]] std::optional<Refusal> take_line_byte(char c);
  [[nodiscard]] std::optional<Refusal> end_line();

  const Limits& limits_;
  State state_ = State::size;
  uint64_t size_ = 0;  ///< of the chunk; in `data` what is still to come
  size_t body_bytes_ = 0;
  bool has_digit_ = false;
  size_t line_bytes_ = 0;
  HeadGuard trailers_;
};

}  // namespace proxx::http
