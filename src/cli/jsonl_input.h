#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "cli/jsonl.h"

namespace boost::asio {
class io_context;
}

namespace proxx::cli {

/// Lines of a descriptor, one for each call of next(), read on a loop without blocking it: a pipe
/// when it has something, a regular file in pieces between other work. What is not asked for is
/// not read.
class LineSource {
 public:
  /// A line, nothing at the end, or `usage` if reading failed.
  using Next = Result<std::optional<LineCutter::Line>>;

  /// `loop` must outlive the source; the descriptor stays open, and blocking.
  LineSource(boost::asio::io_context& loop, int descriptor, size_t max_line_bytes);
  ~LineSource();
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  /// Calls back once with the next line, never from inside; the line is valid during the callback.
  /// One call at a time. Silent after the source's end.
  void next(std::function<void(Next)> callback);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< shared so that a queued callback can tell that it is gone
};

}  // namespace proxx::cli
