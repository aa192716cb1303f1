#include "openai/plain_fields.h"

#include <optional>
#include <string>

#include "anthropic/white_space.h"
#include "openai/members.h"

namespace proxx::openai {
namespace {

using json::Reader;
using json::Type;
using NumberWish = policy::Wish<policy::Number>;

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

Status add_stop(Reader text, Draft& draft) {
  PROXX_TRY(text.expect(Type::string));
  if (anthropic::is_blank(text.raw_string())) {
    draft.notices.drop(text, "the upstream takes no stop sequence of white space only");
  } else {
    if (draft.request.stop_sequences.empty()) draft.wishes.stop = text;
    draft.request.stop_sequences.push_back(text.raw_string());
  }
  return {};
}

Status read_number(Reader field, double most, const char* range, std::optional<NumberWish>& wish) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < 0 || value > most) return err(field, range, "invalid_value");
  wish = NumberWish{{value, field.raw()}, field};
  return {};
}

}  // namespace

Status drop_penalty(Reader field, Draft& draft) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < -2 || value > 2) return err(field, "must be between -2 and 2", "invalid_value");
  if (value != 0) draft.notices.drop(field, "Claude has no such penalty");
  return {};
}

Status drop_seed(Reader field, Draft& draft) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value != 0) draft.notices.drop(field, "Claude's sampling cannot be seeded");
  return {};
}

Status drop_logit_bias(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  for (const json::Member& member : field.members()) {
    PROXX_ASSIGN(const double value, member.value.number());
    if (value < -100 || value > 100) {
      return err(member.value, "must be between -100 and 100", "invalid_value");
    }
  }
  if (field.members().begin() != field.members().end()) {
    draft.notices.drop(field, "token ids mean nothing to Claude");
  }
  return {};
}

Status drop_audio(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  draft.notices.drop(field, "Claude answers with text only");
  return {};
}

Status drop_prediction(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  draft.notices.drop(field, "predicted outputs do not exist upstream");
  return {};
}

Status drop_store(Reader field, Draft& draft) {
  PROXX_ASSIGN(const bool wanted, field.boolean());
  if (wanted) draft.notices.drop(field, "nothing is stored");
  return {};
}

Status drop_top_logprobs(Reader field, Draft& draft) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count < 0 || count > 20) return err(field, "must be between 0 and 20", "invalid_value");
  if (count > 0) draft.notices.drop(field, kNoLogprobs);
  return {};
}

Status read_stream(Reader field, Draft& draft) {
  PROXX_ASSIGN(draft.wishes.stream, field.boolean());
  return {};
}

Status read_stream_options(Reader field, Draft& draft, bool& include_usage) {
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"include_usage", "include_obfuscation"};
  const auto [usage, obfuscation] = read_members(field, kNames, draft.notices);
  if (usage) {
    PROXX_ASSIGN(include_usage, usage.boolean());
  }
  return obfuscation ? obfuscation.expect(Type::boolean) : Status();
}

Status read_stop_sequences(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::array));
  for (const Reader element : field.elements()) PROXX_TRY(add_stop(element, draft));
  return {};
}

Status read_stop(Reader field, Draft& draft) {
  return field.is_string() ? add_stop(field, draft) : read_stop_sequences(field, draft);
}

Status read_max_tokens(Reader field, Draft& draft) {
  PROXX_ASSIGN(const int64_t count, field.integer());
  if (count < 1) return err(field, "must be at least 1", "invalid_value");
  draft.wishes.max_tokens = {count, field};
  return {};
}

Status read_sampling(const Fields& in, Draft& draft) {
  policy::Wishes& wishes = draft.wishes;
  if (const Reader field = in["temperature"]) {
    PROXX_TRY(read_number(field, 2, "must be between 0 and 2", wishes.temperature));
  }
  if (const Reader field = in["top_p"]) {
    PROXX_TRY(read_number(field, 1, "must be between 0 and 1", wishes.top_p));
  }
  if (const Reader field = in["top_k"]) {
    PROXX_ASSIGN(const int64_t value, field.integer());
    if (value < 0) return err(field, "must be at least 0", "invalid_value");
    wishes.top_k = NumberWish{{static_cast<double>(value), field.raw()}, field};
  }
  return {};
}

Status read_verbosity(Reader field, Draft& draft) {
  PROXX_ASSIGN(const std::string level, field.string());
  if (level == "medium") return {};
  if (level != "low" && level != "high") {
    return err(field, "must be low, medium or high", "invalid_value");
  }
  draft.notices.drop(field, "Claude has no setting for it; say in the prompt how long to answer");
  return {};
}

Status read_moderation(Reader field, Draft& draft) {
  PROXX_TRY(field.expect(Type::object));
  if (asks_to_block(field)) {
    return err(field, "answers cannot be blocked by a moderation model here",
               "unsupported_parameter");
  }
  draft.notices.drop(field, "no moderation scores upstream");
  return {};
}

Status read_service_tier(Reader field, Draft& draft) {
  PROXX_ASSIGN(const std::string tier, field.string());
  policy::TierWish wish{policy::Tier::other, field, draft.notices.item()};
  if (tier == "default" || tier == "standard_only") {
    wish.tier = policy::Tier::standard;
  } else if (tier == "priority") {
    wish.tier = policy::Tier::priority;
  } else if (tier == "auto") {
    wish.tier = policy::Tier::automatic;
  }
  draft.wishes.tier = wish;
  return {};
}

}  // namespace proxx::openai
