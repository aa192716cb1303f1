#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace proxx::cli {

/// The kind of data, which decides how a terminal shows characters that would act on it
/// (base/visible.h): in JSON, also in frames and lines, as escapes, so that it stays JSON.
/// Elsewhere bytes are written unchanged.
enum class Content { json, text };

/// The destination of data: stdout, or the file of -o.
class Output {
 public:
  /// For stdout. The first write fails if stdout was closed from the start (docs/faults.md L7).
  explicit Output(Content content = Content::json);
  /// `path` is created or emptied at the first write; whole() replaces it in one step.
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] bool is_stdout() const { return path_.empty(); }
  [[nodiscard]] bool is_terminal() const;
  /// Checks whether it can probably be written, before a request is sent: an answer costs money,
  /// also if there is nowhere to write it.
  [[nodiscard]] Status check() const;
  /// Appends, blocking.
  Status write(std::string_view bytes);
  /// Writes the only document. A file is replaced in one step and keeps its permissions and owner;
  /// of a link the target is replaced. Where that is not possible (a device, a file with several
  /// names, a folder that is not writable), the file is written in place.
  Status write_whole(std::string_view bytes);
  /// Call last: some write errors are only reported here (full disk, quota).
  Status close();
  /// The descriptor to write to. Opens the file if needed.
  Result<int> descriptor();

 private:
  std::string path_;
  Content content_ = Content::json;
  int descriptor_ = -1;
};

/// Writes to a descriptor on a loop without blocking it. Bytes that a pipe does not take now wait
/// and are written once it does. Regular files are written at once.
class PipeWriter {
 public:
  /// `loop` must outlive the writer; the descriptor stays open.
  PipeWriter(boost::asio::io_context& loop, int descriptor, Content content = Content::json);
  ~PipeWriter();
  PipeWriter(const PipeWriter&) = delete;
  PipeWriter& operator=(const PipeWriter&) = delete;

  /// False if some of it waits; on_drain is called once nothing does.
  bool write(std::string_view bytes);
  [[nodiscard]] bool idle() const;
  void on_drain(std::function<void()> callback);
  /// Called when a write failed. Nothing is written after that.
  void on_error(std::function<void(const Error&)> callback);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace proxx::cli
