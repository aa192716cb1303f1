#include "openai/chat/fields.h"

#include <algorithm>

// The table of top-level fields (wire.md 6.1, 6.5): one row each. A field whose meaning hangs on
// others has no handler here; a step of its own reads it.

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

/// A number that can only be given up; its default says nothing.
Status drop_number(Conversion& c, Reader field) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < -2 || value > 2) return refuse(field, "must be between -2 and 2", "invalid_value");
  if (value != 0) c.notices.drop(field, "Claude has no such penalty");
  return {};
}

Status drop_seed(Conversion& c, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 0) c.notices.drop(field, "Claude's sampling cannot be seeded");
  return {};
}

Status drop_logit_bias(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  for (const json::Member& member : field.members()) {
    PROXX_ASSIGN(const double value, member.value.number());
    if (value < -100 || value > 100) {
      return refuse(member.value, "must be between -100 and 100", "invalid_value");
    }
  }
  if (field.members().begin() != field.members().end()) {
    c.notices.drop(field, "token ids mean nothing to Claude");
  }
  return {};
}

Status only_one_choice(Conversion&, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 1) return refuse(field, "Claude answers with one choice; send the request n times");
  return {};
}

Status no_logprobs(Conversion&, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) return refuse(field, "Claude gives no log probabilities", "unsupported_parameter");
  return {};
}

Status no_top_logprobs(Conversion&, Reader field) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count < 0 || count > 20) return refuse(field, "must be between 0 and 20", "invalid_value");
  if (count > 0) return refuse(field, "Claude gives no log probabilities", "unsupported_parameter");
  return {};
}

Status modalities(Conversion&, Reader field) {
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) {
    PROXX_ASSIGN(const std::string name, element.string());
    if (name != "text") return refuse(field, "Claude answers with text only");
  }
  return {};
}

Status audio(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  c.notices.drop(field, "Claude answers with text only");
  return {};
}

Status prediction(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  c.notices.drop(field, "predicted outputs do not exist upstream");
  return {};
}

Status store(Conversion& c, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) c.notices.drop(field, "nothing is stored");
  return {};
}

Status verbosity(Conversion& c, Reader field) {
  PROXX_ASSIGN(const std::string level, field.string());
  if (level == "medium") return {};
  if (level != "low" && level != "high") {
    return refuse(field, "must be low, medium or high", "invalid_value");
  }
  c.notices.drop(field, "Claude has no setting for it; say in the prompt how long to answer");
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

Status moderation(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  if (asks_to_block(field)) {
    return refuse(field, "answers cannot be blocked by a moderation model here",
                  "unsupported_parameter");
  }
  c.notices.drop(field, "no moderation scores upstream");
  return {};
}

Status service_tier(Conversion& c, Reader field) {
  PROXX_ASSIGN(const std::string tier, field.string());
  if (c.options.batch_item) {
    if (tier != "auto") c.notices.drop(field, "a batch has a tier of its own");
    return {};
  }
  if (tier == "default" || tier == "standard_only") {
    c.service_tier = "standard_only";
  } else if (tier == "priority") {
    c.service_tier = "auto";
    c.notices.adjust(field, "priority capacity is used where the account has it; sent auto");
  } else if (tier != "auto") {
    c.notices.drop(field, "no such tier upstream");
  }
  return {};
}

/// Adds `speed` as it came.
Status speed(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::string));
  if (c.options.batch_item) {
    if (!field.equals("standard")) c.notices.drop(field, "there is no fast lane at half price");
    return {};
  }
  c.verbatim.emplace_back("speed", field);
  return {};
}

Status stream(Conversion& c, Reader field) {
  PROXX_ASSIGN(c.out.stream, field.boolean());
  return {};
}

Status stream_options(Conversion& c, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"include_usage", "include_obfuscation"};
  const auto [usage, obfuscation] = read_members(field, kNames, c.notices);
  if (usage) {
    PROXX_ASSIGN(c.out.answer.include_usage, usage.boolean());
  }
  if (obfuscation) PROXX_TRY(obfuscation.expect(Type::boolean));
  return {};
}

Status add_stop(Conversion& c, Reader text) {
  PROXX_TRY(text.expect(Type::string));
  if (is_blank(text.raw_string())) {
    c.notices.drop(text, "the upstream takes no stop sequence of white space only");
  } else {
    c.stop_sequences.emplace_back(text.raw_string());
  }
  return {};
}

Status stop(Conversion& c, Reader field) {
  if (field.is_string()) return add_stop(c, field);
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) PROXX_TRY(add_stop(c, element));
  return {};
}

template <Type type>
Status expect(Conversion&, Reader field) {
  return field.expect(type);
}

Status container(Conversion&, Reader field) {
  return field.is_string() ? Status() : field.expect(Type::object);
}

using Handler = Status (*)(Conversion&, Reader);
constexpr Handler kByStep = nullptr;
/// A field of the Anthropic API that goes upstream as it is (wire.md 6.5).
constexpr bool kVerbatim = true;

struct Row {
  std::string_view name;
  Handler handler;
  bool verbatim = false;
};

// Rows run in this order; it is the order of their notices, too.
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
    {"safety_identifier", convert_user},
    {"user", convert_user},
    {"metadata", convert_metadata},
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
    {"prompt_cache_key", convert_prompt_cache_key},
    {"prompt_cache_retention", convert_prompt_cache_retention},
    {"prompt_cache_options", convert_prompt_cache_options},
    {"cache_control", expect<Type::object>},
    {"web_search_options", kByStep},
    {"moderation", moderation},
    {"system", kByStep},
    {"container", container, kVerbatim},
    {"context_management", expect<Type::object>, kVerbatim},
    {"mcp_servers", expect<Type::array>, kVerbatim},
    {"fallbacks", expect<Type::array>, kVerbatim},
    {"speed", speed},
    {"inference_geo", expect<Type::string>, kVerbatim},
    {"diagnostics", expect<Type::object>, kVerbatim},
    {"anthropic_beta", convert_betas},
    {"betas", convert_betas},
};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kRows[i].name;
  return names;
}();

}  // namespace

void Fields::read(Reader root, NoticeLog& notices) {
  std::string_view names[std::size(kRows)];
  std::copy(kNames.begin(), kNames.end(), names);
  const auto values = read_members(root, names, notices);
  values_.assign(values.begin(), values.end());
}

Reader Fields::operator[](std::string_view name) const {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? Reader() : values_[static_cast<size_t>(found - kNames.begin())];
}

Status convert_fields(Conversion& c) {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    const Reader field = c.in.at(i);
    if (!field || row.handler == kByStep) continue;
    PROXX_TRY(row.handler(c, field));
    if (row.verbatim) c.verbatim.emplace_back(row.name, field);
  }
  return {};
}

}  // namespace proxx::request
