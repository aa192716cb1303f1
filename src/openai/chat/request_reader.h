#pragma once
#include <set>
#include <span>
#include <string>

#include "anthropic/models.h"
#include "base/result.h"
#include "json/reader.h"
#include "openai/chat/answer_options.h"
#include "openai/draft.h"
#include "openai/fields.h"
#include "openai/origins.h"
#include "openai/request_options.h"

// The syntax of chat-completions requests (docs/protocol.md 5.1; docs/mapping-chat.md 6.1, 6.2).

namespace proxx::openai::chat {

/// The names of the table of top-level fields (fields.cc). To add a field, add a row there.
std::span<const std::string_view> field_names();

/// A request while it is read. Views and readers in the draft are of `root`'s document, which must
/// outlive this, as must `options`.
struct Reading {
  Reading(json::Reader its_root, const RequestOptions& its_options)
      : options(its_options), root(its_root) {}

  const RequestOptions& options;
  json::Reader root;
  Fields in{field_names()};
  Model model;
  std::set<std::string, std::less<>> tool_names;  ///< of the tools that have one
  AnswerOptions answer;
  Draft draft;
};

/// Reads all of it. Errors: `invalid_request` at the field.
Status read_request(Reading& reading);

// Its steps. Each may rely on those before it.
Status read_fields(Reading& reading);
Status read_max_tokens(Reading& reading);
Status read_response_format(Reading& reading);
Status read_tools(Reading& reading);
Status read_messages(Reading& reading);
Status read_tool_choice(Reading& reading);
Status read_thinking_wish(Reading& reading);

/// To be called after policy::apply().
[[nodiscard]] RequestOrigins origins_of(const Reading& reading);

/// What only the answer depends on: custom tools and the legacy shape.
void read_answer_shape(const Fields& in, AnswerOptions& answer);

}  // namespace proxx::openai::chat
