#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxx {

/// Reads the framing of a chunked body beside libcurl, which accepts more than RFC 9112 section 7.1
/// allows: a line that ends in a bare LF, a trailer that is no field, bytes after the end. Fed with
/// the body as it comes from the connection, cut anywhere.
class ChunkWatch {
 public:
  /// Errors: `upstream_protocol`, naming `peer`; then it takes no more.
  Status add(std::string_view bytes, const std::string& peer);

  [[nodiscard]] bool complete() const { return state_ == State::complete; }
  /// Bytes came after the end: whatever follows on the connection answers no request.
  [[nodiscard]] bool has_excess() const { return has_excess_; }

 private:
  enum class State {
    size,
    size_end,
    extension,
    line_end,
    data,
    data_cr,
    data_lf,
    trailer,
    complete
  };

  bool take(char c);
  bool take_size(char c);
  bool end_size(char c);
  bool end_trailer();

  State state_ = State::size;
  uint64_t size_ = 0;      ///< of the chunk, or what is left of it
  size_t line_bytes_ = 0;  ///< of a size line or of the trailers
  size_t digits_ = 0;
  std::string trailer_;  ///< the line under way, its CR with it
  bool has_excess_ = false;
};

}  // namespace proxx
