#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cli/half_price/journal.h"
#include "cli/io/descriptor.h"

namespace proxx::cli {

/// The journal of a half-price run: `OUT.batches` beside its output, in JSON Lines. Records are
/// only appended, and each is synced to the disk. One process at a time has it.
class JournalFile final : public JournalStore {
 public:
  /// Opens or creates it, takes the lock, and passes every record to `journal.load()`. Cuts off a
  /// torn last record. Errors: `usage` if another process has it, or naming a record that cannot be
  /// read; `output_failed`.
  static Result<JournalFile> open(const std::string& path);
  Status load_into(Journal& journal);

  /// Whether the file existed.
  [[nodiscard]] bool existed() const { return existed_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  Status append(std::string_view line) override;
  /// Empties it. The lock stays.
  Status clear();
  /// Deletes the file, when no work is left that needs it.
  Status remove();

 private:
  JournalFile(std::string path, Descriptor file, bool existed)
      : path_(std::move(path)), file_(std::move(file)), existed_(existed) {}

  std::string path_;
  Descriptor file_;
  bool existed_;
};

}  // namespace proxx::cli
