#include "openai/chat/fields.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "anthropic/white_space.h"
#include "openai/anthropic_fields.h"
#include "openai/cache_fields.h"
#include "openai/chat/request_reader.h"
#include "openai/identity.h"
#include "openai/members.h"

// The table of top-level fields (wire.md 6.1, 6.5), a row each. A field whose meaning depends on
// others has no handler here; a step of read_request reads it.

namespace proxx::openai::chat {
namespace {

using json::Reader;
using json::Type;

/// A number that can only be dropped; its default says nothing.
Status drop_number(Reading& r, Reader field) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < -2 || value > 2) return err(field, "must be between -2 and 2", "invalid_value");
  if (value != 0) r.draft.notices.drop(field, "Claude has no such penalty");
  return {};
}

Status drop_seed(Reading& r, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 0) r.draft.notices.drop(field, "Claude's sampling cannot be seeded");
  return {};
}

Status drop_logit_bias(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  for (const json::Member& member : field.members()) {
    PROXX_ASSIGN(const double value, member.value.number());
    if (value < -100 || value > 100) {
      return err(member.value, "must be between -100 and 100", "invalid_value");
    }
  }
  if (field.members().begin() != field.members().end()) {
    r.draft.notices.drop(field, "token ids mean nothing to Claude");
  }
  return {};
}

Status only_one_choice(Reading&, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 1) return err(field, "Claude answers with one choice; send the request n times");
  return {};
}

Status no_logprobs(Reading&, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) return err(field, "Claude gives no log probabilities", "unsupported_parameter");
  return {};
}

Status no_top_logprobs(Reading&, Reader field) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count < 0 || count > 20) return err(field, "must be between 0 and 20", "invalid_value");
  if (count > 0) return err(field, "Claude gives no log probabilities", "unsupported_parameter");
  return {};
}

Status modalities(Reading&, Reader field) {
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) {
    PROXX_ASSIGN(const std::string name, element.string());
    if (name != "text") return err(field, "Claude answers with text only");
  }
  return {};
}

Status audio(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  r.draft.notices.drop(field, "Claude answers with text only");
  return {};
}

Status prediction(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  r.draft.notices.drop(field, "predicted outputs do not exist upstream");
  return {};
}

Status store(Reading& r, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) r.draft.notices.drop(field, "nothing is stored");
  return {};
}

Status verbosity(Reading& r, Reader field) {
  PROXX_ASSIGN(const std::string level, field.string());
  if (level == "medium") return {};
  if (level != "low" && level != "high") {
    return err(field, "must be low, medium or high", "invalid_value");
  }
  r.draft.notices.drop(field, "Claude has no setting for it; say in the prompt how long to answer");
  return {};
}

bool asks_to_block(Reader value) {
  for (const Reader element : value.elements()) {
    if (asks_to_block(element)) return true;
  }
  for (const json::Member& member : value.members()) {
    if (member.key() == "mode" ? member.value.equals("block") : asks_to_block(member.value)) {
      return true;
    }
  }
  return false;
}

Status moderation(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  if (asks_to_block(field)) {
    return err(field, "answers cannot be blocked by a moderation model here",
               "unsupported_parameter");
  }
  r.draft.notices.drop(field, "no moderation scores upstream");
  return {};
}

Status service_tier(Reading& r, Reader field) {
  PROXX_ASSIGN(const std::string tier, field.string());
  if (tier == "default" || tier == "standard_only") {
    r.draft.request.service_tier = "standard_only";
  } else if (tier == "priority") {
    r.draft.request.service_tier = "auto";
    r.draft.notices.adjust(field, "priority capacity is used where the account has it; sent auto");
  } else if (tier != "auto") {
    r.draft.notices.drop(field, "no such tier upstream");
  }
  return {};
}

Status stream(Reading& r, Reader field) {
  PROXX_ASSIGN(r.draft.wishes.stream, field.boolean());
  return {};
}

Status stream_options(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"include_usage", "include_obfuscation"};
  const auto [usage, obfuscation] = read_members(field, kNames, r.draft.notices);
  if (usage) {
    PROXX_ASSIGN(r.answer.include_usage, usage.boolean());
  }
  if (obfuscation) PROXX_TRY(obfuscation.expect(Type::boolean));
  return {};
}

Status add_stop(Reading& r, Reader text) {
  PROXX_TRY(text.expect(Type::string));
  if (anthropic::is_blank(text.raw_string())) {
    r.draft.notices.drop(text, "the upstream takes no stop sequence of white space only");
  } else {
    r.draft.request.stop_sequences.push_back(text.raw_string());
  }
  return {};
}

Status stop(Reading& r, Reader field) {
  if (field.is_string()) return add_stop(r, field);
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) PROXX_TRY(add_stop(r, element));
  return {};
}

Status user(Reading& r, Reader field) {
  return read_user(field, r.in["safety_identifier"], r.draft);
}

Status metadata(Reading& r, Reader field) {
  return read_metadata(field, r.draft);
}

Status prompt_cache_key(Reading&, Reader field) {
  return read_prompt_cache_key(field);
}

Status prompt_cache_retention(Reading& r, Reader field) {
  return read_prompt_cache_retention(field, r.draft.wishes.cache, r.draft.notices);
}

Status prompt_cache_options(Reading& r, Reader field) {
  return read_prompt_cache_options(field, r.draft.wishes.cache, r.draft.notices);
}

Status cache_control(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  r.draft.wishes.cache.automatic = field;
  return {};
}

Status betas(Reading& r, Reader field) {
  return read_betas(field, r.draft);
}

template <Type type>
Status expect(Reading&, Reader field) {
  return field.expect(type);
}

Status container(Reading&, Reader field) {
  return field.is_string() ? Status() : field.expect(Type::object);
}

using Handler = Status (*)(Reading&, Reader);
constexpr Handler kByStep = nullptr;
/// A field of the Anthropic API that goes upstream as it is (wire.md 6.5).
constexpr bool kVerbatim = true;

struct Row {
  std::string_view name;
  Handler handler;
  bool verbatim = false;
};

// Rows run in this order, which is also the order of their notices.
constexpr Row kRows[] = {
    {"model", kByStep},
    {"messages", kByStep},
    {"max_completion_tokens", kByStep},
    {"max_tokens", kByStep},
    {"temperature", kByStep},
    {"top_p", kByStep},
    {"top_k", kByStep},
    {"stop", stop},
    {"stop_sequences", stop},
    {"n", only_one_choice},
    {"stream", stream},
    {"stream_options", stream_options},
    {"tools", kByStep},
    {"tool_choice", kByStep},
    {"parallel_tool_calls", kByStep},
    {"functions", kByStep},
    {"function_call", kByStep},
    {"response_format", kByStep},
    {"reasoning_effort", kByStep},
    {"reasoning", kByStep},
    {"thinking", kByStep},
    {"output_config", kByStep},
    {"verbosity", verbosity},
    {"safety_identifier", user},
    {"user", user},
    {"metadata", metadata},
    {"seed", drop_seed},
    {"logit_bias", drop_logit_bias},
    {"presence_penalty", drop_number},
    {"frequency_penalty", drop_number},
    {"logprobs", no_logprobs},
    {"top_logprobs", no_top_logprobs},
    {"prediction", prediction},
    {"modalities", modalities},
    {"audio", audio},
    {"store", store},
    {"service_tier", service_tier},
    {"prompt_cache_key", prompt_cache_key},
    {"prompt_cache_retention", prompt_cache_retention},
    {"prompt_cache_options", prompt_cache_options},
    {"cache_control", cache_control},
    {"web_search_options", kByStep},
    {"moderation", moderation},
    {"system", kByStep},
    {"container", container, kVerbatim},
    {"context_management", expect<Type::object>, kVerbatim},
    {"mcp_servers", expect<Type::array>, kVerbatim},
    {"fallbacks", expect<Type::array>, kVerbatim},
    {"speed", expect<Type::string>, kVerbatim},
    {"inference_geo", expect<Type::string>, kVerbatim},
    {"diagnostics", expect<Type::object>, kVerbatim},
    {"anthropic_beta", betas},
    {"betas", betas},
};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  return names;
}();

}  // namespace

void Fields::read(Reader root, policy::NoticeLog& notices) {
  std::string_view names[std::size(kRows)];
  std::copy(kNames.begin(), kNames.end(), names);
  const auto values = read_members(root, names, notices);
  values_.assign(values.begin(), values.end());
}

Reader Fields::operator[](std::string_view name) const {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? Reader() : values_[static_cast<size_t>(found - kNames.begin())];
}

Status read_fields(Reading& r) {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    const Reader field = r.in.at(i);
    if (!field || row.handler == kByStep) continue;
    r.draft.notices.about(policy::Topic::fields, i);
    PROXX_TRY(row.handler(r, field));
    if (row.verbatim) r.draft.request.verbatim.emplace_back(row.name, field);
  }
  return {};
}

}  // namespace proxx::openai::chat
