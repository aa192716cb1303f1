#include "openai/fields.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "anthropic/white_space.h"
#include "openai/anthropic_fields.h"
#include "openai/cache_fields.h"
#include "openai/identity.h"
#include "openai/members.h"
#include "openai/plain_fields.h"
#include "openai/responses/request_reader.h"

// The table of top-level fields (docs/mapping-responses.md 4.1), a row each. A field whose meaning
// depends on others has no handler here; a step of read_request reads it.

namespace proxx::openai::responses {
namespace {

using json::Reader;
using json::Type;

Status instructions(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::string));
  if (anthropic::is_blank(field.raw_string())) return {};
  auto& system = r.draft.request.system;
  system.push_back(anthropic::text_block(field.raw_string()));
  system.back().origin = origin_at(PlaceInItem::instructions);
  return {};
}

Status stream_options(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"include_obfuscation"};
  const auto [obfuscation] = read_members(field, kNames, r.draft.notices);
  return obfuscation ? obfuscation.expect(Type::boolean) : Status();
}

Status include(Reading& r, Reader field) {
  // Those that ask for what is given anyway, or for what no answer here can have.
  static constexpr std::string_view kSilent[] = {
      "reasoning.encrypted_content", "message.input_image.image_url", "file_search_call.results",
      "code_interpreter_call.outputs", "computer_call_output.output.image_url"};
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) {
    PROXX_ASSIGN(const std::string name, element.string());
    if (name == "web_search_call.action.sources") {
      r.answer.include_search_sources = true;
    } else if (name == "message.output_text.logprobs") {
      r.draft.notices.drop(element, kNoLogprobs);
    } else if (std::find(std::begin(kSilent), std::end(kSilent), name) == std::end(kSilent)) {
      r.draft.notices.drop(element, "not part of an answer here");
    }
  }
  return {};
}

Status text(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"format", "verbosity"};
  const auto [format, verbosity] = read_members(field, kNames, r.draft.notices);
  return verbosity ? read_verbosity(verbosity, r.draft) : Status();
}

Status user(Reading& r, Reader field) {
  return read_user(field, r.in["safety_identifier"], r.draft);
}

/// Labels come back in the response; of them only `user_id` means anything upstream.
Status metadata(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  Reader user_id;
  for (const json::Member& member : field.members()) {
    if (member.value.is_null()) continue;
    PROXX_TRY(member.value.expect(Type::string));
    if (member.key() == "user_id") user_id = member.value;
  }
  const bool is_free = r.draft.request.user_id.empty();
  return user_id && is_free ? read_user(user_id, Reader(), r.draft) : Status();
}

/// What the memory keeps, nobody need be told of.
Status store(Reading& r, Reader field) {
  return r.options.past ? field.expect(Type::boolean) : drop_store(field, r.draft);
}

Status no_state(Reading&, Reader field) {
  return err(field, "proxx keeps no conversations: send the whole of it in `input`",
             "unsupported_parameter");
}

Status no_prompt(Reading&, Reader field) {
  return err(field,
             "proxx keeps no prompts: send the text in `input`, its rules in `instructions`; a "
             "prompt of the legacy API goes to POST /v1/completions",
             "unsupported_parameter");
}

Status background(Reading&, Reader field) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (!wanted) return {};
  return err(field, "an answer is made while its client waits; leave it out or send false",
             "unsupported_parameter");
}

Status truncation(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::string));
  if (field.equals("disabled")) return {};
  if (!field.equals("auto")) return err(field, "must be auto or disabled", "invalid_value");
  r.draft.notices.drop(field, "a conversation that is too long is refused, not cut");
  return {};
}

Status max_tool_calls(Reading&, Reader field) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  return count < 1 ? err(field, "must be at least 1", "invalid_value") : Status();
}

/// A client that sends a key expects its prompts to be cached: OpenAI caches unasked.
Status prompt_cache_key(Reading& r, Reader field) {
  PROXX_TRY(read_prompt_cache_key(field, r.draft));
  const bool is_asked = r.options.cache_by_key && !field.raw_string().empty();
  if (is_asked) r.draft.wishes.cache.by_default = true;
  return {};
}

Status service_tier(Reading& r, Reader field) {
  if (!field.equals("fast")) return read_service_tier(field, r.draft);
  r.draft.wishes.tier = policy::TierWish{policy::Tier::priority, field, r.draft.notices.item()};
  return {};
}

/// OpenAI's is an array, Anthropic's an object.
Status context_management(Reading& r, Reader field) {
  if (field.is_object()) {
    r.draft.request.verbatim.emplace_back("context_management", field);
    return {};
  }
  PROXX_TRY(field.expect(Type::array));
  if (field.at(0)) r.draft.notices.drop(field, "conversations are not compacted here");
  return {};
}

Status client_metadata(Reading& r, Reader field) {
  PROXX_TRY(field.expect(Type::object));
  r.answer.refusal_as_text = true;
  return {};
}

Status no_counterpart(Reading& r, Reader field) {
  r.draft.notices.drop(field, "the upstream has no counterpart");
  return {};
}

constexpr FieldRow<Reading> kRows[] = {
    {"model", kByStep},
    {"system", shared<read_system>},
    {"instructions", instructions},
    {"input", kByStep},
    {"previous_response_id", expect<Type::string>},
    {"conversation", no_state},
    {"prompt", no_prompt},
    {"background", background},
    {"background_options", no_counterpart},
    {"max_output_tokens", kByStep},
    {"max_tool_calls", max_tool_calls},
    {"temperature", kByStep},
    {"top_p", kByStep},
    {"top_k", kByStep},
    {"top_logprobs", shared<drop_top_logprobs>},
    {"stop_sequences", shared<read_stop_sequences>},
    {"stream", shared<read_stream>},
    {"stream_options", stream_options},
    {"tools", kByStep},
    {"tool_choice", kByStep},
    {"parallel_tool_calls", kByStep},
    {"text", text},
    {"reasoning", kByStep},
    {"thinking", kByStep},
    {"output_config", kByStep},
    {"include", include},
    {"store", store},
    {"truncation", truncation},
    {"safety_identifier", user},
    {"user", user},
    {"metadata", metadata},
    {"client_metadata", client_metadata},
    {"service_tier", service_tier},
    {"prompt_cache_key", prompt_cache_key},
    {"prompt_cache_retention", shared<read_prompt_cache_retention>},
    {"prompt_cache_options", shared<read_prompt_cache_options>},
    {"cache_control", shared<read_cache_control>},
    {"moderation", shared<read_moderation>},
    {"access_programs", no_counterpart},
    {"image", no_counterpart},
    {"context_management", context_management},
    {"container", shared<check_container>, kVerbatim},
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

}  // namespace proxx::openai::responses
