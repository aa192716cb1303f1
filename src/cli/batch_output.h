#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string_view>

#include "cli/batch_file.h"
#include "cli/output.h"
#include "cli/reader_watch.h"

namespace proxx::cli {

/// Where a batch's results go, on a loop: the file of -o, synced at least once a second, or stdout,
/// where a full pipe makes them wait.
class BatchOutput {
 public:
  /// Nothing is stdout. `loop` must outlive the output.
  BatchOutput(boost::asio::io_context& loop, std::optional<BatchFile> file);

  /// One line, in one write where nothing waits.
  Status write(std::string_view line);
  /// Nothing waits.
  [[nodiscard]] bool idle() const;
  void on_drain(std::function<void()> callback);
  /// Writing or syncing failed behind write()'s back.
  void on_error(std::function<void(const Error&)> callback);
  /// Last: what the kernel only tells at the end. Only when idle().
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
