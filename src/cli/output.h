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

/// What data is, for how a terminal shows what would act on it (base/visible.h): JSON, also in
/// frames and lines, as escapes of its own, so that it stays JSON. Elsewhere bytes are as they are.
enum class Content { json, text };

/// Where data goes: stdout, or the file of -o.
class Output {
 public:
  /// stdout. Errors on the first write if it was closed from the start (docs/faults.md L7).
  explicit Output(Content content = Content::json);
  /// `path` is created or emptied at the first write; whole() replaces it in one step.
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] bool is_stdout() const { return path_.empty(); }
  [[nodiscard]] bool is_terminal() const;
  /// Whether it looks as if it could be written, before anything is asked: nobody wants to pay for
  /// an answer that has nowhere to go.
  [[nodiscard]] Status check() const;
  /// Appends, blocking.
  Status write(std::string_view bytes);
  /// The one and only document: a file appears complete or not at all, and keeps its permissions
  /// and its owner; a link stays one, and its target is replaced. Where that cannot be (a device, a
  /// file with several names, a folder that is not writable), it is written in place.
  Status write_whole(std::string_view bytes);
  /// Last: what the kernel only tells at the end (full disk, quota).
  Status close();
  /// The descriptor to write to, opened if need be.
  Result<int> descriptor();

 private:
  std::string path_;
  Content content_ = Content::json;
  int descriptor_ = -1;
};

/// Writes to a descriptor on a loop without ever blocking it: what a pipe does not take now waits
/// and goes out when it does. Regular files are written at once.
class PipeWriter {
 public:
  /// `loop` must outlive the writer; the descriptor stays open.
  PipeWriter(boost::asio::io_context& loop, int descriptor, Content content = Content::json);
  ~PipeWriter();
  PipeWriter(const PipeWriter&) = delete;
  PipeWriter& operator=(const PipeWriter&) = delete;

  /// False: some of it waits; on_drain comes when none does.
  bool write(std::string_view bytes);
  [[nodiscard]] bool idle() const;
  void on_drain(std::function<void()> callback);
  /// A write failed: nothing more goes out.
  void on_error(std::function<void(const Error&)> callback);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace proxx::cli
