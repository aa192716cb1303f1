#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "cli/batch/file.h"
#include "cli/io/output.h"
#include "cli/io/reader_watch.h"

namespace proxx::cli {

/// Writes a batch's results, on a loop: to the file of -o, synced at least once a second, or to
/// stdout, where they wait while a pipe is full.
class BatchOutput {
 public:
  /// Without a file: stdout. `loop` must outlive the output.
  BatchOutput(boost::asio::io_context& loop, std::optional<BatchFile> file);

  /// Writes one line, in one system call if no other line waits.
  Status write(std::string_view line);
  /// True if no line waits.
  [[nodiscard]] bool idle() const;
  void on_drain(std::function<void()> callback);
  /// Called if writing or syncing fails after write() has returned.
  void on_error(std::function<void(const Error&)> callback);
  /// Call last, and only when idle(): some write errors are only reported here.
  Status close();

 private:
  void sync_soon();

  boost::asio::io_context& loop_;
  std::optional<BatchFile> file_;
  ReaderWatch reader_;
  boost::asio::steady_timer sync_timer_;
  bool sync_planned_ = false;
  Output stdout_;
  std::optional<PipeWriter> pipe_;
  std::function<void()> drained_;
  std::function<void(const Error&)> failed_;
};

}  // namespace proxx::cli
