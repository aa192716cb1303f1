#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proxx {

/// Bytes of one event, unfinished lines included (faults.md, defaults and U46).
inline constexpr size_t kMaxEventBytes = size_t{16} << 20;

/// Server-sent events out of bytes that are cut anywhere. Only `data` is kept: the names of
/// Anthropic's events stand in their JSON too, and that one is believed (faults.md U31).
///
///     parser.feed(piece);
///     while (auto data = parser.next()) use(*data);
///
/// Lines end in LF, CR or CRLF, mixed as they come; a BOM is skipped. An event whose bytes lie
/// whole in one piece is not copied.
class SseParser {
 public:
  /// `piece` must live until next() has returned nothing, which must be before the next feed().
  void feed(std::string_view piece);

  /// The data of the next event, valid until the next call; nothing when the piece is used up or
  /// too_large().
  [[nodiscard]] std::optional<std::string_view> next();

  /// What is left of the piece if an event begins with it, but no more than one may have; else "".
  /// For those who know how the usual ones look: what they take of it they skip().
  [[nodiscard]] std::string_view unread();
  /// `size` bytes of unread(), whole events all.
  void skip(size_t size) { at_ += size; }

  /// The stream ended: the data of a last event that lacks its blank line, or even its line end.
  /// It may be cut off: only its content can tell.
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
  size_t next_cr_ = kUnknown;  ///< a CR of the piece, the first at or behind at_ unless before it

  std::string line_;  ///< begin of a line that the last piece cut
  std::string data_;  ///< the event's data, where it is not a view of the piece
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
