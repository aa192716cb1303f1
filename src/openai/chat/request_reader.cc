#include "openai/chat/request_reader.h"

#include <optional>
#include <utility>

#include "openai/anthropic_fields.h"
#include "openai/members.h"
#include "openai/model_name.h"
#include "openai/reasoning.h"

namespace proxx::openai::chat {
namespace {

using json::Reader;
using policy::Number;
using policy::Topic;
using policy::Wish;

Status choose_model(Reading& r) {
  PROXX_ASSIGN(std::string name, read_model_name(r.root, r.in["model"], r.options.model_override,
                                                 r.options.default_model));
  r.model = r.options.models->resolve(name);
  r.draft.request.model = r.model.id;
  r.answer.requested_model = std::move(name);
  note_lifecycle(r.model, r.draft.notices);
  return {};
}

void take_options(Reading& r) {
  policy::Wishes& wishes = r.draft.wishes;
  wishes.api_version = r.options.anthropic_version;
  wishes.default_max_tokens = r.options.default_max_tokens;
  wishes.cache.by_default = r.options.prompt_cache;
  r.answer.echo_model = r.options.echo_model;
}

Result<Wish<Number>> read_number(Reader field, double most, const char* range) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < 0 || value > most) return err(field, range, "invalid_value");
  return Wish<Number>{{value, field.raw()}, field};
}

}  // namespace

Status read_max_tokens(Reading& r) {
  r.draft.notices.about(Topic::max_tokens);
  const Reader current = r.in["max_completion_tokens"];
  const Reader deprecated = r.in["max_tokens"];
  auto& wish = r.draft.wishes.max_tokens;
  for (const Reader& field : {deprecated, current}) {
    if (!field) continue;
    PROXX_ASSIGN(const int64_t count, field.integer());
    if (count < 1) return err(field, "must be at least 1", "invalid_value");
    wish = {count, field};
  }
  if (current && deprecated && deprecated.integer_or_none() != wish->value) {
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

Status read_sampling(Reading& r) {
  policy::Wishes& wishes = r.draft.wishes;
  if (const Reader field = r.in["temperature"]) {
    PROXX_ASSIGN(wishes.temperature, read_number(field, 2, "must be between 0 and 2"));
  }
  if (const Reader field = r.in["top_p"]) {
    PROXX_ASSIGN(wishes.top_p, read_number(field, 1, "must be between 0 and 1"));
  }
  if (const Reader field = r.in["top_k"]) {
    PROXX_ASSIGN(const int64_t value, field.integer());
    if (value < 0) return err(field, "must be at least 0", "invalid_value");
    wishes.top_k = Wish<Number>{{static_cast<double>(value), field.raw()}, field};
  }
  return {};
}

Status read_request(Reading& r) {
  note_repairs(r.root, r.draft.notices);
  r.draft.notices.about(Topic::model);
  r.in.read(r.root, r.draft.notices);
  take_options(r);
  using Step = Status (*)(Reading&);
  // The order of policy::Topic, in which notices are told.
  static constexpr Step kSteps[] = {
      choose_model,
      read_fields,  // before the messages: prompt_cache_options says how long their breakpoints
                    // last
      read_max_tokens,
      read_response_format,
      read_tools,
      read_messages,
      read_tool_choice,  // after the tools, which it names
      read_thinking_wish,
      read_sampling,
  };
  for (const Step step : kSteps) PROXX_TRY(step(r));
  return {};
}

}  // namespace proxx::openai::chat
