#include "openai/chat/request_reader.h"

#include <optional>
#include <utility>

#include "openai/anthropic_fields.h"
#include "openai/members.h"
#include "openai/model_name.h"
#include "openai/plain_fields.h"
#include "openai/reasoning.h"

namespace proxx::openai::chat {
namespace {

using json::Reader;
using policy::Topic;

Status read_model(Reading& r) {
  PROXX_ASSIGN(r.answer.requested_model,
               choose_model(r.root, r.in["model"], r.options, r.model, r.draft));
  r.answer.echo_model = r.options.echo_model;
  return {};
}

}  // namespace

Status read_max_tokens(Reading& r) {
  r.draft.notices.about(Topic::max_tokens);
  const Reader current = r.in["max_completion_tokens"];
  const Reader deprecated = r.in["max_tokens"];
  for (const Reader& field : {deprecated, current}) {
    if (field) PROXX_TRY(openai::read_max_tokens(field, r.draft));
  }
  if (current && deprecated && deprecated.integer_or_none() != current.integer_or_none()) {
    r.draft.notices.drop(deprecated, "max_completion_tokens is sent");
  }
  return {};
}

Status read_thinking_wish(Reading& r) {
  r.draft.notices.about(Topic::thinking);
  policy::ThinkingWish& wish = r.draft.wishes.thinking;
  if (const Reader field = r.in["reasoning_effort"]) PROXX_TRY(read_effort(field, wish));
  if (const Reader field = r.in["reasoning"]) {
    PROXX_TRY(read_reasoning(field, wish, r.draft.notices));
  }
  if (const Reader field = r.in["thinking"]) PROXX_TRY(read_own_thinking(field, r.draft));
  if (const Reader field = r.in["output_config"]) PROXX_TRY(read_output_config(field, r.draft));
  r.answer.reasoning =
      wish.hidden ? ReasoningFields{false, false, false} : r.options.reasoning_fields;
  return {};
}

Status read_request(Reading& r) {
  note_repairs(r.root, r.draft.notices);
  r.draft.notices.about(Topic::model);
  r.in.read(r.root, r.draft.notices);
  using Step = Status (*)(Reading&);
  // The order of policy::Topic, in which notices are told.
  static constexpr Step kSteps[] = {
      read_model,
      read_fields,  // before the messages: prompt_cache_options says how long their breakpoints
                    // last
      read_max_tokens,
      read_response_format,
      read_tools,
      read_messages,
      read_tool_choice,  // after the tools, which it names
      read_thinking_wish,
      [](Reading& reading) { return read_sampling(reading.in, reading.draft); },
  };
  for (const Step step : kSteps) PROXX_TRY(step(r));
  return {};
}

}  // namespace proxx::openai::chat
