#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxx::cli {

/// Cuts bytes that come in pieces into lines. Never holds more than one line over the limit.
class LineCutter {
 public:
  struct Line {
    uint64_t number = 0;      ///< counts from 1, blank lines too
    std::string_view text;    ///< without its newline; valid until the cutter's next call
    bool too_long = false;    ///< over the limit: its text was thrown away
    bool has_newline = true;  ///< false for a last line that ends with the input
  };

  explicit LineCutter(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Takes the next piece of the input. Only when next() has nothing left.
  void feed(std::string_view piece);
  /// The next whole line.
  [[nodiscard]] std::optional<Line> next();
  /// After the input's end and next()'s last line: the text after the last newline.
  [[nodiscard]] std::optional<Line> rest();

 private:
  std::optional<Line> take(size_t length, bool has_newline);

  size_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;    ///< of the line that is being cut
  size_t scanned_ = 0;  ///< no newline stands before this
  uint64_t lines_ = 0;
  bool skipping_ = false;  ///< inside a line that is over the limit
};

}  // namespace proxx::cli
