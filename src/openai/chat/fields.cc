#include "openai/fields.h"

#include <string>

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

Status drop_logprobs(Reading& r, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) r.draft.notices.drop(field, kNoLogprobs);
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

Status stream_options(Reading& r, Reader field) {
  return read_stream_options(field, r.draft, r.answer.include_usage);
}

Status user(Reading& r, Reader field) {
  return read_user(field, r.in["safety_identifier"], r.draft);
}

constexpr FieldRow<Reading> kRows[] = {
    {"model", kByStep},
    {"messages", kByStep},
    {"max_completion_tokens", kByStep},
    {"max_tokens", kByStep},
    {"temperature", kByStep},
    {"top_p", kByStep},
    {"top_k", kByStep},
    {"stop", shared<read_stop>},
    {"stop_sequences", shared<read_stop>},
    {"n", only_one_choice},
    {"stream", shared<read_stream>},
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
    {"top_logprobs", shared<drop_top_logprobs>},
    {"prediction", shared<drop_prediction>},
    {"modalities", modalities},
    {"audio", shared<drop_audio>},
    {"store", shared<drop_store>},
    {"service_tier", shared<read_service_tier>},
    {"prompt_cache_key", shared<read_prompt_cache_key>},
    {"prompt_cache_retention", shared<read_prompt_cache_retention>},
    {"prompt_cache_options", shared<read_prompt_cache_options>},
    {"cache_control", shared<read_cache_control>},
    {"web_search_options", kByStep},
    {"moderation", shared<read_moderation>},
    {"system", kByStep},
    {"container", shared<check_container>, kVerbatim},
    {"context_management", expect<Type::object>, kVerbatim},
    {"mcp_servers", expect<Type::array>, kVerbatim},
    {"fallbacks", expect<Type::array>, kVerbatim},
    {"speed", expect<Type::string>, kVerbatim},
    {"inference_geo", expect<Type::string>, kVerbatim},
    {"diagnostics", expect<Type::object>, kVerbatim},
    {"anthropic_beta", shared<read_betas>},
    {"betas", shared<read_betas>},
};

constexpr auto kNames = names_of(kRows);

}  // namespace

std::span<const std::string_view> field_names() {
  return kNames;
}

Status read_fields(Reading& reading) {
  return read_rows(kRows, reading);
}

}  // namespace proxx::openai::chat
