#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/batch/file.h"
#include "cli/half_price/input.h"
#include "cli/half_price/journal.h"

namespace proxx::cli {

/// The output of a half-price run, and which lines of the input have a result in it (a byte a
/// line). Writes each line once.
class HalfOutput {
 public:
  enum class Mark : uint8_t { none, answered, failed };

  /// Opens the file of an earlier run, or creates it. `tag` is the journal's. `input` must outlive
  /// the output. Calls `each`, if there is one, for every answer in the file. Errors: those of
  /// BatchFile.
  static Result<HalfOutput> open(const std::string& path, const std::string& tag, HalfInput& input,
                                 const std::function<void(const ResultLine&)>& each = {});

  [[nodiscard]] Mark mark(uint64_t line) const { return marks_[line - 1]; }
  [[nodiscard]] uint64_t answered() const { return answered_; }
  [[nodiscard]] uint64_t failed() const { return failed_; }
  /// The id of a line's result, after `batch_req_`: the tag, and the line's number.
  [[nodiscard]] std::string result_id(uint64_t line) const;

  /// Writes a line's result unless it has one. Errors: `output_failed`.
  Status write(uint64_t line, std::string_view result, Mark mark);
  /// Removes the results that failed: replaces the file by a new one.
  Status drop_failures();
  /// Once this returns, everything written so far survives a power cut.
  Status sync() { return file_->sync(); }
  Status close() { return file_->close(); }

 private:
  HalfOutput(std::string path, std::string tag, HalfInput& input)
      : path_(std::move(path)), tag_(std::move(tag)), input_(input) {
    marks_.resize(input.lines());
  }
  Status take(const ResultLine& result);
  [[nodiscard]] Result<std::optional<uint64_t>> line_of(const ResultLine& result);

  std::string path_;
  std::string tag_;
  HalfInput& input_;
  std::optional<BatchFile> file_;
  std::vector<Mark> marks_;
  uint64_t answered_ = 0;
  uint64_t failed_ = 0;
};

}  // namespace proxx::cli
