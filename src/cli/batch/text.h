#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

// batch --format text: answers without ids, so that their order says whose they are.

namespace proxx::cli {

/// An answer's text as one line with its newline. A newline inside is written `\n`, a carriage
/// return `\r`, a tab `\t` and a backslash `\\`, as jq's @tsv does; `printf %b` reads them back.
/// Newlines at the end are left out.
[[nodiscard]] std::string text_line(std::string_view text);

/// Puts lines that come in any order into the order of their numbers, which have no gaps.
class InOrder {
 public:
  explicit InOrder(std::function<void(const std::string&)> write) : write_(std::move(write)) {}

  void put(uint64_t number, std::string line);
  /// So much waits for a line that takes long that nothing more should begin.
  [[nodiscard]] bool is_full() const;
  /// Last: writes what still waits, with an empty line for each that never came. Calls `missing`
  /// for each of those.
  void finish(const std::function<void(uint64_t number)>& missing);
  /// The number of the first line that was not written.
  [[nodiscard]] uint64_t next() const { return next_; }

 private:
  std::function<void(const std::string&)> write_;
  std::map<uint64_t, std::string> waiting_;
  size_t waiting_bytes_ = 0;
  uint64_t next_ = 1;
};

}  // namespace proxx::cli
