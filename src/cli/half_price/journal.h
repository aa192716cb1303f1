#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

// What a half-price run has done so far, as records that are written before and after each step
// that costs money. It holds no key, no request and no answer.

namespace proxx::cli {

/// Lines of the input, first and last included, counted from 1.
struct LineRange {
  uint64_t first = 0;
  uint64_t last = 0;
};
/// In order, apart from each other.
using LineRanges = std::vector<LineRange>;
/// Adds a line after all that are there.
void append_line(LineRanges& ranges, uint64_t line);
[[nodiscard]] bool contains(const LineRanges& ranges, uint64_t line);

/// What the records depend on: with another input or other settings they mean something else.
struct JournalHead {
  uint64_t lines = 0;
  uint64_t bytes = 0;
  uint64_t hash = 0;  ///< HalfInput::hash()
  std::string tag;    ///< 8 hexadecimal digits of this journal's own, in ids sent upstream
  std::map<std::string, std::string> settings;  ///< by name, as text
};

/// A batch from the intent to create it on.
struct JournalBatch {
  uint64_t serial = 0;
  LineRanges lines;
  uint64_t items = 0;
  std::string marker;                 ///< the newest batch upstream just before; "" is none
  std::vector<std::string> not_ours;  ///< batches found for it that turned out to be another's
  std::string id;                     ///< "": whether it was made is in doubt
  std::string organization;           ///< that it was made for; "" is unknown
  int64_t expires_unix_s = 0;
  bool proven = false;  ///< it was told to us, or its results held our ids
  bool ended = false;
  bool got = false;                  ///< every line has its result in the output
  int64_t missing_since_unix_s = 0;  ///< since when the upstream does not know it; 0: it does
  int missing_looks = 0;             ///< that found it missing since
};

/// Where records go: a file (half_journal_file.h), or a test's.
class JournalStore {
 public:
  virtual ~JournalStore() = default;
  /// One line, with its newline, that survives a power cut once this returned.
  virtual Status append(std::string_view line) = 0;
};

/// The records and what they add up to. Each method that changes something writes its record
/// first; after an error the change is not made.
class Journal {
 public:
  /// `store` must outlive the journal.
  explicit Journal(JournalStore& store) : store_(&store) {}

  /// Takes a record that the store holds already. Errors: `usage` for one of another version or
  /// one that makes no sense after those before.
  Status load(std::string_view record);

  [[nodiscard]] bool empty() const { return head_.lines == 0; }
  [[nodiscard]] const JournalHead& head() const { return head_; }
  /// In the order of their creation, without those that were given up.
  [[nodiscard]] const std::vector<JournalBatch>& batches() const { return batches_; }
  [[nodiscard]] const JournalBatch* find(uint64_t serial) const;
  [[nodiscard]] bool knows(std::string_view id) const;
  /// --cancel was said, and no --resume since.
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  /// Some batch is in doubt, runs, or has results to collect.
  [[nodiscard]] bool has_open_batches() const;

  /// The store was emptied.
  void forget() { *this = Journal(*store_); }
  Status begin(const JournalHead& head);
  /// Returns the new batch's serial.
  Result<uint64_t> intent(const LineRanges& lines, uint64_t items, const std::string& marker);
  /// `told` by the answer to its creation, as against found in the list or adopted by the user.
  Status made(uint64_t serial, const std::string& id, int64_t expires_unix_s,
              const std::string& organization, bool told);
  /// The batch does not exist: its lines belong to none.
  Status give_up(uint64_t serial);
  Status proven(uint64_t serial);
  /// The id belongs to another's batch: the creation is in doubt again.
  Status not_ours(uint64_t serial);
  Status ended(uint64_t serial);
  Status got(uint64_t serial);
  Status missing(uint64_t serial, int64_t now_unix_s);
  Status seen(uint64_t serial);
  Status cancel();
  /// --resume: these lines, which failed, are to be sent again.
  Status resume(const LineRanges& lines);

 private:
  Status write(const std::string& record);

  JournalStore* store_;
  JournalHead head_;
  std::vector<JournalBatch> batches_;
  uint64_t last_serial_ = 0;
  bool cancelled_ = false;
};

}  // namespace proxx::cli
