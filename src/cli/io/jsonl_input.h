#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "cli/io/jsonl.h"

namespace boost::asio {
class io_context;
}

namespace proxx::cli {

/// Reads lines of a descriptor, one for each call of next(), without blocking the loop: a pipe when
/// it has data, a regular file in pieces between other work. Reads no more than it is asked for.
class LineSource {
 public:
  /// A line; nothing at the end; `usage` if reading failed.
  using Next = Result<std::optional<LineCutter::Line>>;

  /// `loop` must outlive the source; the descriptor stays open, and blocking.
  LineSource(boost::asio::io_context& loop, int descriptor, size_t max_line_bytes);
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// Calls back once with the next line, never from inside. The line is valid during the callback.
  /// One call at a time. Does not call back after the end.
  void next(std::function<void(Next)> callback);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< shared so that a queued callback can tell that it is gone
};

}  // namespace proxx::cli
