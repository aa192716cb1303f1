#pragma once
#include <cstdint>
#include <span>
#include <string_view>

// What each model refuses, from docs/protocol.md 4.2. It shares nothing with anthropic/models: a
// table that the converter reads too would prove nothing about the converter.

namespace proxx::mock {

enum class Sampling : uint8_t {
  free,          ///< anything in range
  one_of,        ///< temperature or top_p, top_k; less while thinking
  default_only,  ///< any value but the default is refused
  haiku_5_5,     ///< temperature 1 or top_p 0.99, not both; no top_k
  none,
};

struct ModelRules {
  std::string_view id;
  std::string_view alias;
  std::string_view display_name;
  std::string_view line;
  std::string_view created_at;  ///< date
  std::string_view retires_at;  ///< date, "" if open
  std::string_view lifecycle;
  int64_t max_input_tokens;
  int64_t max_tokens;
  std::string_view thinking_types;  ///< accepted `thinking.type`s, separated by blanks
  bool thinks_by_default;
  bool summarizes_by_default;
  std::string_view efforts;              ///< accepted levels, separated by blanks
  bool effort_to_high_without_thinking;  ///< with disabled or between_tools
  Sampling sampling;
  bool prefill;
  bool forced_tool_choice;
  bool skips_thinking_when_forced;
  bool system_in_messages;
  bool fast;           ///< `speed: fast` without a beta header
  bool checks_prefix;  ///< thinking of another conversation is refused
};

/// The row of an id or alias; ids that begin with `mock-` or `claude-mock` share a row that takes
/// everything. Null for what is not served.
[[nodiscard]] const ModelRules* find_model(std::string_view id);

/// All models that are served, newest first, and `claude-mock-small`, which no other table has; the
/// row for `mock-` ids is not among them.
[[nodiscard]] std::span<const ModelRules> served_models();

/// True if `words`, separated by blanks, hold `word`.
[[nodiscard]] bool has_word(std::string_view words, std::string_view word);

}  // namespace proxx::mock
