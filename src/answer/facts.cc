#include "answer/facts.h"

#include <string_view>

namespace proxx::answer {

StopReason stop_reason_of(json::Raw word) {
  struct Row {
    std::string_view word;
    StopReason reason;
  };
  static constexpr Row kRows[] = {
      {"end_turn", StopReason::end_turn},
      {"stop_sequence", StopReason::stop_sequence},
      {"pause_turn", StopReason::pause_turn},
      {"compaction", StopReason::compaction},
      {"max_tokens", StopReason::max_tokens},
      {"model_context_window_exceeded", StopReason::model_context_window_exceeded},
      {"tool_use", StopReason::tool_use},
      {"refusal", StopReason::refusal},
  };
  for (const Row& row : kRows) {
    if (row.word == word.bytes()) return row.reason;
  }
  return StopReason::unknown;
}

}  // namespace proxx::answer
