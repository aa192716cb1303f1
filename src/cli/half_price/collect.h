#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anthropic/batch.h"
#include "base/result.h"
#include "cli/half_price/context.h"
#include "cli/half_price/item.h"

namespace proxx::cli {

/// Writes the results of a batch that has ended to the output, line by line as they come, in any
/// order. Asks again for a stream that was cut and skips the lines that are written already.
class HalfCollect {
 public:
  enum class Outcome {
    got,       ///< every line of the batch has its result
    not_ours,  ///< a batch that was adopted is another's
    not_yet,   ///< the results are not there, which may pass
  };

  explicit HalfCollect(HalfContext& context) : context_(context) {}

  /// Errors: errors of calls; `output_failed`; hopeless() if the results lack lines of ours and
  /// hold others.
  Result<Outcome> collect(uint64_t serial, uint64_t items);
  /// The results are gone: writes an error line for each of the batch's lines without a result.
  Status give_up(uint64_t serial, const Error& why);

 private:
  /// The result of one reading.
  struct Reading {
    uint64_t lines = 0;    ///< all of them
    uint64_t fresh = 0;    ///< written now
    uint64_t foreign = 0;  ///< with ids that are not the batch's
    uint64_t too_long = 0;
    bool whole = false;  ///< to its end, and as many lines as the batch has items
    std::string foreign_id;
  };

  Result<bool> prove(const JournalBatch& batch, uint64_t items);
  Result<Reading> read(const JournalBatch& batch, uint64_t items);
  Status take(const JournalBatch& batch, std::string_view text, Reading& reading);
  Status take_result(const JournalBatch& batch, uint64_t line,
                     const anthropic::BatchResult& result);
  Status write_message(const std::string& id, const HalfInput::Line& line,
                       const ConvertedRequest& converted, ItemConverter& converter,
                       std::string_view message);
  Status continue_paused(const std::string& id);
  [[nodiscard]] Result<std::optional<uint64_t>> line_of(const JournalBatch& batch,
                                                        std::string_view id);
  [[nodiscard]] bool is_complete(const JournalBatch& batch) const;

  HalfContext& context_;
  json::Document document_;
  std::deque<std::pair<uint64_t, std::string>> paused_;  ///< lines with their messages
  size_t paused_bytes_ = 0;
  bool told_paused_ = false;
};

}  // namespace proxx::cli
