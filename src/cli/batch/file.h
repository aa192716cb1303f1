#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/batch/ids.h"
#include "cli/batch/line.h"
#include "cli/io/descriptor.h"

namespace proxx::cli {

/// The results of a batch in a file. Only one process at a time may write it (flock). A kill or a
/// power cut at any point costs at most the line being written (docs/faults.md B1 to B3, B15).
class BatchFile {
 public:
  /// A new file. Errors: `usage` if there is one already, since results are never overwritten; a
  /// device or a pipe is taken as it is.
  static Result<BatchFile> create(const std::string& path);
  /// Opens the file of an earlier run, or creates it. Repairs a torn last line and removes failed
  /// lines (by a FileReplacement). Puts the ids whose results stay into `answered`, and calls
  /// `each`, if there is one, for every such result. Errors: `usage` if another run holds the file,
  /// or if it is no file of results.
  static Result<BatchFile> resume(const std::string& path, IdSet& answered,
                                  const std::function<void(const ResultLine&)>& each = {});

  /// Opens the file of an earlier run and keeps all its results. Calls `each` for every result.
  /// Cuts off a torn last line. Errors: those of resume(), and `usage` if there is no file.
  static Result<BatchFile> reopen(const std::string& path,
                                  const std::function<void(const ResultLine&)>& each);

  /// One write at the file's end. After an error the file can be resumed, not appended to.
  Status append(std::string_view line);
  /// Once this returns, everything appended so far survives a power cut.
  Status sync();
  /// Call last: some write errors are only reported here.
  Status close();

  [[nodiscard]] int descriptor() const { return file_.number(); }

 private:
  explicit BatchFile(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

}  // namespace proxx::cli
