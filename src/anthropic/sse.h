#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxx {

/// Bytes of one event, unfinished lines included (docs/faults.md 0 and U46).
inline constexpr size_t kMaxEventBytes = size_t{16} << 20;

/// Parses server-sent events from bytes that are cut anywhere. It keeps only `data`: the JSON of
/// Anthropic's events repeats their names, and the JSON counts (docs/faults.md U31).
///
///     parser.feed(piece);
///     while (auto data = parser.next()) use(*data);
///
/// Lines end in LF, CR or CRLF, in any mixture; a BOM is skipped. An event that lies whole in one
/// piece is not copied.
class SseParser {
 public:
  /// `piece` must live until next() has returned nothing, which must be before the next feed().
  void feed(std::string_view piece);

  /// The data of the next event, valid until the next call; nothing when the piece is used up or
  /// too_large().
  [[nodiscard]] std::optional<std::string_view> next();

  /// The unread rest of the piece if the parser is at the start of an event, else "". At most
  /// kMaxEventBytes. Lets a caller recognise common events itself and skip() them.
  [[nodiscard]] std::string_view unread();
  /// Skips `size` bytes of unread(), which must be whole events.
  void skip(size_t size) { at_ += size; }

  /// The stream ended. Returns the data of a last event that lacks its blank line or its line end.
  /// Only its content can tell whether the event is whole.
  [[nodiscard]] std::optional<std::string_view> finish();

  /// Bytes kept of an event whose end has not come.
  [[nodiscard]] size_t unfinished_bytes() const { return line_.size() + data_.size(); }

  /// An event went over kMaxEventBytes; nothing more will come.
  [[nodiscard]] bool too_large() const { return too_large_; }

 private:
  [[nodiscard]] size_t find_line_end();
  /// True if the line ended an event that has data.
  bool take_line(std::string_view line);
  void take_data(std::string_view value);
  void keep_rest();
  void end_event();
  [[nodiscard]] std::string_view data() const;

  std::string_view piece_;
  size_t at_ = 0;
  static constexpr size_t kUnknown = SIZE_MAX;
  size_t next_cr_ =
      kUnknown;  ///< the first CR of the piece at or after at_, unless it is before at_

  std::string line_;  ///< the beginning of a line that the last piece cut
  std::string data_;  ///< the event's data, unless view_ has it
  size_t data_begin_ = 0;
  std::string_view view_;
  bool has_data_ = false;
  bool is_view_ = false;
  bool delivered_ = false;
  bool skip_lf_ = false;
  bool first_line_ = true;
  bool too_large_ = false;
};

}  // namespace proxx
