#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/batch_ids.h"
#include "cli/batch_line.h"
#include "cli/descriptor.h"

namespace proxx::cli {

/// The results of a batch in a file that one process at a time may write (flock), made so that a
/// kill or a power cut at any point costs at most the line being written (docs/faults.md B1 to B3,
/// B15).
class BatchFile {
 public:
  /// A new file. Errors: `usage` if there is one already, since results are never overwritten; a
  /// device or a pipe is taken as it is.
  static Result<BatchFile> create(const std::string& path);
  /// The file of an earlier run, or a new one. `answered` gets the ids whose results stay: a torn
  /// last line is repaired, failed lines are taken out by a FileReplacement with the rest. Errors:
  /// `usage` if another run holds it, or if it is no file of results. `each`, if there is one, is
  /// told of every result that stays.
  static Result<BatchFile> resume(const std::string& path, IdSet& answered,
                                  const std::function<void(const ResultLine&)>& each = {});

  /// The file of an earlier run with all that is in it; `each` is told of every result. A torn last
  /// line is cut off. Errors as of resume(); there has to be a file.
  static Result<BatchFile> reopen(const std::string& path,
                                  const std::function<void(const ResultLine&)>& each);

  /// One write at the file's end. After an error the file can be resumed, not appended to.
  Status append(std::string_view line);
  /// What was appended survives a power cut.
  Status sync();
  /// Last: what the kernel only tells at the end.
  Status close();

  [[nodiscard]] int descriptor() const { return file_.number(); }

 private:
  explicit BatchFile(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

}  // namespace proxx::cli
