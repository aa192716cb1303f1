#include "openai/responses/request_reader.h"

#include <utility>

#include "openai/anthropic_fields.h"
#include "openai/members.h"
#include "openai/model_name.h"
#include "openai/plain_fields.h"
#include "openai/reasoning.h"

namespace proxx::openai::responses {
namespace {

using json::Reader;
using json::Type;
using policy::Topic;

Status read_configuration_update(Reading& r, Reader item) {
  if (const Reader reasoning = item.optional("reasoning")) {
    PROXX_TRY(reasoning.expect(Type::object));
    if (const Reader effort = reasoning.optional("effort")) r.updated_effort = effort;
  }
  if (const Reader text = item.optional("text")) {
    PROXX_TRY(text.expect(Type::object));
    if (const Reader format = text.optional("format")) r.updated_format = format;
  }
  return {};
}

/// `summary`, or `generate_summary`, its old name.
Status read_summary(Reader field, policy::ThinkingWish& wish) {
  PROXX_TRY(field.expect(Type::string));
  for (const std::string_view word : {"auto", "concise", "detailed"}) {
    if (!field.equals(word)) continue;
    wish.shown = true;
    return {};
  }
  return err(field, "must be auto, concise or detailed", "invalid_value");
}

Status read_reasoning(Reading& r, Reader field, policy::ThinkingWish& wish) {
  policy::NoticeLog& notices = r.draft.notices;
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"effort", "summary", "generate_summary", "context",
                                                "mode"};
  const auto [effort, summary, old_summary, context, mode] = read_members(field, kNames, notices);
  if (effort) PROXX_TRY(read_effort(effort, wish));
  for (const Reader& wanted : {old_summary, summary}) {
    if (wanted) PROXX_TRY(read_summary(wanted, wish));
  }
  if (context) PROXX_TRY(context.expect(Type::string));
  if (mode) {
    PROXX_TRY(mode.expect(Type::string));
    if (!mode.equals("standard")) notices.drop(mode, "the upstream has no such mode");
  }
  return {};
}

Status read_model(Reading& r) {
  PROXX_ASSIGN(r.answer.requested_model,
               choose_model(r.root, r.in["model"], r.options, r.model, r.draft));
  r.answer.echo_model = r.options.echo_model;
  return {};
}

Status list_all_items(Reading& r) {
  Reader before;
  if (const Reader previous = r.in["previous_response_id"]) {
    PROXX_ASSIGN(before, r.past.conversation_of(previous));
  }
  PROXX_ASSIGN(r.items, list_items(before, r.in["input"], [&](Reader reference, size_t index) {
                 return r.past.item_of(reference, element_path("input", index));
               }));
  return {};
}

/// What a later request may refer to.
std::shared_ptr<Keeper> keeper_of(const Reading& r) {
  std::vector<PastItem> own;
  for (const Item& item : r.items) {
    if (item.index == kBeforeInput) continue;
    own.push_back(item.kind == ItemKind::text ? past_item_of_text(item.value)
                                              : past_item(item.value));
  }
  return std::make_shared<Keeper>(r.options.past, r.in["previous_response_id"].string_or(""),
                                  std::move(own));
}

}  // namespace

Status find_items(Reading& r) {
  const Reader input = r.in["input"];
  const Reader previous = r.in["previous_response_id"];
  if (!input && !previous) return missing(r.root, "input");
  r.draft.wishes.conversation = input ? input : previous;
  if (input && !input.is_string() && !input.is_array()) {
    return err(input, "expected a string or an array of items", "invalid_type");
  }
  PROXX_TRY(list_all_items(r));
  if (r.items.empty()) return err(input, "must hold at least one item", "invalid_value");
  if (r.options.past && r.in["store"].boolean_or(true)) r.answer.keeper = keeper_of(r);
  for (const Item& item : r.items) {
    if (item.kind == ItemKind::configuration_update) {
      PROXX_TRY(read_configuration_update(r, item.value));
    }
  }
  return {};
}

Status read_max_tokens(Reading& r) {
  r.draft.notices.about(Topic::max_tokens);
  const Reader field = r.in["max_output_tokens"];
  return field ? openai::read_max_tokens(field, r.draft) : Status();
}

Status read_thinking_wish(Reading& r) {
  r.draft.notices.about(Topic::thinking);
  policy::ThinkingWish& wish = r.draft.wishes.thinking;
  if (const Reader field = r.in["reasoning"]) PROXX_TRY(read_reasoning(r, field, wish));
  if (r.updated_effort) PROXX_TRY(read_effort(r.updated_effort, wish));
  if (const Reader field = r.in["thinking"]) PROXX_TRY(read_own_thinking(field, r.draft));
  if (const Reader field = r.in["output_config"]) PROXX_TRY(read_output_config(field, r.draft));
  wish.hidden = !wish.shown;
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
      read_fields,  // before the items: prompt_cache_options says how long their breakpoints last
      find_items,   // before all that an item can change: format, tools, effort
      read_max_tokens,    read_text_format,
      read_tools,
      read_input,        // after the tools, whose names its calls have
      read_tool_choice,  // likewise
      read_thinking_wish, [](Reading& reading) { return read_sampling(reading.in, reading.draft); },
  };
  for (const Step step : kSteps) PROXX_TRY(step(r));
  r.answer.echo = echo_of(r.in);
  return {};
}

Status read_answer_shape(Reading& r) {
  r.in.read(r.root, r.draft.notices);
  PROXX_TRY(read_fields(r));
  PROXX_TRY(list_all_items(r));
  PROXX_TRY(read_tools(r));
  r.answer.requested_model = r.in["model"].string_or("");
  r.answer.echo = echo_of(r.in);
  return {};
}

}  // namespace proxx::openai::responses
