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
#include "openai/plain_fields.h"

// The table of top-level fields (docs/mapping-chat.md 6.1, 6.5), a row each. A field whose meaning
// depends on others has no handler here; a step of read_request reads it.

namespace proxx::openai::chat {
namespace {

using json::Reader;
using json::Type;

Status only_one_choice(Reading&, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 1) return err(field, "Claude answers with one choice; send the request n times");
  return {};
}

constexpr const char* kNoLogprobs = "Claude gives no log probabilities";

Status drop_logprobs(Reading& r, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) r.draft.notices.drop(field, kNoLogprobs);
  return {};
}

Status drop_top_logprobs(Reading& r, Reader field) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count < 0 || count > 20) return err(field, "must be between 0 and 20", "invalid_value");
  if (count > 0) r.draft.notices.drop(field, kNoLogprobs);
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

Status cache_control(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  r.draft.wishes.cache.automatic = field;
  return {};
}

/// A handler that all of OpenAI's APIs share.
template <Status (*read)(Reader, Draft&)>
Status shared(Reading& r, Reader field) {
  return read(field, r.draft);
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
/// A field of the Anthropic API that goes upstream as it is (docs/mapping-chat.md 6.5).
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
    {"verbosity", shared<read_verbosity>},
    {"safety_identifier", user},
    {"user", user},
    {"metadata", shared<read_metadata>},
    {"seed", shared<drop_seed>},
    {"logit_bias", shared<drop_logit_bias>},
    {"presence_penalty", shared<drop_penalty>},
    {"frequency_penalty", shared<drop_penalty>},
    {"logprobs", drop_logprobs},
    {"top_logprobs", drop_top_logprobs},
    {"prediction", shared<drop_prediction>},
    {"modalities", modalities},
    {"audio", shared<drop_audio>},
    {"store", shared<drop_store>},
    {"service_tier", shared<read_service_tier>},
    {"prompt_cache_key", shared<read_prompt_cache_key>},
    {"prompt_cache_retention", shared<read_prompt_cache_retention>},
    {"prompt_cache_options", shared<read_prompt_cache_options>},
    {"cache_control", cache_control},
    {"web_search_options", kByStep},
    {"moderation", shared<read_moderation>},
    {"system", kByStep},
    {"container", container, kVerbatim},
    {"context_management", expect<Type::object>, kVerbatim},
    {"mcp_servers", expect<Type::array>, kVerbatim},
    {"fallbacks", expect<Type::array>, kVerbatim},
    {"speed", expect<Type::string>, kVerbatim},
    {"inference_geo", expect<Type::string>, kVerbatim},
    {"diagnostics", expect<Type::object>, kVerbatim},
    {"anthropic_beta", shared<read_betas>},
    {"betas", shared<read_betas>},
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
