#pragma once
#include <memory>
#include <string>

#include "openai/responses/answer/keeper.h"
#include "openai/responses/tool_names.h"

namespace proxx::openai::responses {

/// How the answer to one Responses request looks. The request's conversion makes it.
struct AnswerOptions {
  ToolNames tools;
  /// The members of the response object that repeat the request (`instructions`, `tools`, ...),
  /// comma separated, prepared once: a coding agent's are 40 KB. "": those of a request that says
  /// nothing.
  std::string echo;
  std::shared_ptr<Keeper> keeper;       ///< null: the response is not kept
  bool include_search_sources = false;  ///< `include` has web_search_call.action.sources
  bool refusal_as_text = false;         ///< for Codex, which shows nothing for a refusal part
  bool echo_model = false;
  std::string requested_model;  ///< shown instead of the upstream's if echo_model
  /// How many paused turns are continued; 0: they end the answer. Not 0 only with server tools.
  int continue_paused = 0;
};

}  // namespace proxx::openai::responses
