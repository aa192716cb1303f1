#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/batch/progress.h"
#include "cli/half_price/calls.h"
#include "cli/half_price/input.h"
#include "cli/half_price/journal.h"
#include "cli/half_price/output.h"
#include "cli/half_price/report.h"
#include "openai/request_options.h"

namespace proxx::cli {

/// The options of a half-price run.
struct HalfOptions {
  RequestOptions conversion;  ///< with batch_item
  int retry = 2;
  /// The first wait before the batches are looked at; it grows to ten times that.
  std::chrono::milliseconds poll{30'000};
  /// How long a batch whose creation is in doubt is looked for before it is sent again.
  std::chrono::milliseconds settle{180'000};
  bool costs = false;  ///< each answer says what it cost
  bool no_wait = false;
  bool cancel = false;
  bool again = false;  ///< what is in doubt or missing is given up, and sent again
  std::string adopt;   ///< the batch that the one creation in doubt became
  uint64_t max_items = 10'000;
  size_t max_bytes = size_t{32} << 20;
};

/// What the parts of a half-price run share. Everything here outlives them.
struct HalfContext {
  const HalfOptions& options;
  HalfInput& input;
  Journal& journal;
  HalfOutput& output;
  HalfCalls& calls;
  HalfReport& report;
  std::vector<bool> taken = {};  ///< by line - 1: some batch has it
  BatchCounts counts = {};       ///< of this run
  HalfCost cost = {};            ///< of this run
  uint64_t next_line = 1;        ///< every line before has a batch or a result
  uint64_t made = 0;             ///< batches that came to be, or were found, in this run
  int lost_in_a_row = 0;         ///< creations that were neither answered nor found
  bool saw_own_batch = false;    ///< the key sees a batch that the journal names

  /// The lines belong to no batch any more.
  void release(const LineRanges& lines);
  /// The failure of a line that was not answered by the upstream: `response` is null.
  Status write_failure(uint64_t line, const std::string& custom_id, const Error& error);
  /// The upstream's error for a line, with its status.
  Status write_error(uint64_t line, const std::string& custom_id, const Error& error,
                     const std::string& request_id);
};

[[nodiscard]] HalfStanding standing_of(const HalfContext& context);

/// The id of an item upstream: the line's own id if it is a legal one, else an id with the line's
/// number. The first item of each batch always has the latter: it is the only proof that the batch
/// is ours.
[[nodiscard]] std::string sent_id(const std::string& tag, const HalfInput::Line& line, bool first);
/// The line number in an id of ours; nothing for any other.
[[nodiscard]] std::optional<uint64_t> line_in_id(const std::string& tag, std::string_view id);

}  // namespace proxx::cli
