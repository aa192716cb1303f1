#pragma once
#include <cstdint>
#include <string>

#include "anthropic/usage.h"
#include "json/raw.h"

namespace proxx::answer {

/// Why an answer ended, in Anthropic's words.
enum class StopReason {
  none,  ///< the upstream gave no reason
  end_turn,
  stop_sequence,
  pause_turn,  ///< and nobody continued the turn
  compaction,
  max_tokens,
  model_context_window_exceeded,
  tool_use,
  refusal,
  unknown,  ///< a word that this list lacks; Stop::word has it
};

/// The reason that `word` names.
[[nodiscard]] StopReason stop_reason_of(json::Raw word);

/// True for an answer that a limit cut off.
[[nodiscard]] constexpr bool is_cut_off(StopReason reason) {
  return reason == StopReason::max_tokens || reason == StopReason::model_context_window_exceeded;
}

/// What a `pause_turn` does to an answer.
enum class OnPause {
  end,   ///< it ends the answer
  wait,  ///< the caller decides; the converter keeps the blocks for it
};

/// How an answer ended. A string that is empty is absent.
struct Stop {
  StopReason reason = StopReason::none;
  json::RawString word;         ///< the upstream's, for the reason
  json::RawString category;     ///< of a refusal
  json::RawString explanation;  ///< of a refusal
  anthropic::ServiceTier service_tier = anthropic::ServiceTier::unknown;
  /// A limit cut the answer off inside the arguments of a call, which are no whole JSON.
  bool cuts_call = false;
};

/// Token counts of an answer, over all its turns.
struct TokenUsage {
  int64_t prompt_tokens = 0;  ///< the whole prompt of the last turn, cached parts included
  int64_t completion_tokens = 0;
  int64_t cached_tokens = 0;       ///< part of prompt_tokens, read from the cache
  int64_t cache_write_tokens = 0;  ///< part of prompt_tokens
  int64_t reasoning_tokens = 0;    ///< part of completion_tokens
};

}  // namespace proxx::answer

namespace proxx {

/// What logs, --usage and metrics report of an answer. Counts and `stop` grow with the answer.
struct AnswerFacts : answer::TokenUsage {
  std::string id;     ///< the upstream's `msg_...`; "" before message_start
  std::string model;  ///< the model that answered
  answer::Stop stop;  ///< set with the end of the answer
};

}  // namespace proxx
