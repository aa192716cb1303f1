#include "openai/plain_fields.h"

#include <string>

#include "openai/members.h"

namespace proxx::openai {
namespace {

using json::Reader;
using json::Type;

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
