#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "openai/responses/tool_names.h"

namespace proxx::openai::responses {

/// How the answer to one Responses request looks. The request's conversion makes it.
struct AnswerOptions {
  ToolNames tools;
  /// The members of the response object that repeat the request (`instructions`, `tools`, ...),
  /// comma separated, prepared once: a coding agent's are 40 KB.
  std::string echo;
  bool include_search_sources = false;  ///< `include` has web_search_call.action.sources
  bool refusal_as_text = false;         ///< for Codex, which shows nothing for a refusal part
  bool echo_model = false;
  std::string requested_model;  ///< shown instead of the upstream's if echo_model
  /// How many paused turns are continued; 0: they end the answer. Not 0 only with server tools.
  int continue_paused = 0;
  /// The time in Unix seconds, for created_at and completed_at.
  std::function<int64_t()> clock = [] { return int64_t{0}; };
};

/// `echo` of a request that says nothing.
[[nodiscard]] std::string default_echo();

}  // namespace proxx::openai::responses
