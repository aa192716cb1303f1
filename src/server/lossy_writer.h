#pragma once
#include <atomic>
#include <cstddef>
#include <string_view>

namespace proxx::server {

/// PIPE_BUF: up to here a write to a pipe is atomic.
inline constexpr size_t kMaxLogLineBytes = 4096;

/// Writes to a descriptor (stderr) without ever waiting. Drops bytes that a pipe, a socket or a
/// terminal has no room for, and bytes whose write fails: the service goes on. May be used from any
/// thread.
class LossyWriter {
 public:
  /// `descriptor` stays the caller's, blocking as others that share it expect; it must outlive the
  /// writer.
  explicit LossyWriter(int descriptor);
  ~LossyWriter();
  LossyWriter(const LossyWriter&) = delete;
  LossyWriter& operator=(const LossyWriter&) = delete;

  /// Writes whole lines, in pieces of kMaxLogLineBytes. If only the beginning of a line had room,
  /// the next text begins on a new line.
  void write(std::string_view text) const;

 private:
  /// Returns how many bytes had room.
  [[nodiscard]] size_t write_pieces(std::string_view text) const;
  [[nodiscard]] long write_piece(std::string_view piece) const;

  int descriptor_;
  bool is_socket_ = false;
  bool is_own_ = false;  ///< opened anew, non-blocking
  mutable std::atomic<bool> has_torn_line_{false};
};

}  // namespace proxx::server
