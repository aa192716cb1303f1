#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/batch/line.h"
#include "cli/io/descriptor.h"
#include "json/text.h"

namespace proxx::cli {

/// The input of a half-price run: a regular file that is read through once, and then by line, as
/// answers come in any order. Keeps 20 bytes a line: where it begins, and a hash of its id.
class HalfInput {
 public:
  /// One line; the views live until the next read().
  struct Line {
    uint64_t number = 0;  ///< from 1
    std::string_view text;
    bool too_long = false;
    BatchLine batch;  ///< of a line that is not too long
  };

  /// Reads `path` through. Errors: `usage` for what is no regular file, for a custom_id that stands
  /// twice, and with `own_ids` for a line without one; `invalid_request` for an empty file.
  static Result<HalfInput> open(const std::string& path, bool own_ids);

  [[nodiscard]] uint64_t lines() const { return begins_.size() - 1; }
  [[nodiscard]] uint64_t bytes() const { return begins_.back(); }
  /// Of the whole text: an input that was changed has another.
  [[nodiscard]] uint64_t hash() const { return hash_; }

  /// Reads line `number` again. Errors: `usage` if it is not what it was.
  Result<Line> read(uint64_t number);
  /// The line whose custom_id this is.
  [[nodiscard]] Result<std::optional<uint64_t>> find(std::string_view custom_id);

 private:
  /// Sorted by hash. Among different ids of one input no two share a hash (scan() sees to it).
  struct Entry {
    uint32_t hash_high;
    uint32_t hash_low;
    uint32_t line;
    [[nodiscard]] uint64_t hash() const { return uint64_t{hash_high} << 32 | hash_low; }
  };

  HalfInput(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Status scan(bool own_ids);
  Status add_line(std::string_view text, bool too_long, bool own_ids);
  /// True if the ids of all lines have a hash of their own. Errors: `usage` for an id that stands
  /// twice.
  Result<bool> sort_ids();

  std::string path_;
  Descriptor file_;
  std::deque<uint64_t> begins_;  ///< of each line, and the end of the last
  std::deque<Entry> ids_;
  uint64_t seed_ = 0;
  uint64_t hash_ = 0;
  std::string text_;  ///< of the last line read
  std::unique_ptr<json::Document> document_ = std::make_unique<json::Document>();
};

}  // namespace proxx::cli
