#include <algorithm>

#include "policy/steps.h"

// service_tier and speed: which capacity runs the request. A batch has its own.

namespace proxx::policy {
namespace {

constexpr std::string_view kSpeed = "speed";

void apply_tier(const Step& step, const TierWish& wish) {
  step.notices.about(Topic::fields, wish.field);
  switch (wish.tier) {
    case Tier::automatic:
      break;
    case Tier::standard:
      step.request.service_tier = "standard_only";
      break;
    case Tier::priority:
      step.request.service_tier = "auto";
      step.notices.adjust(wish.place,
                          "priority capacity is used where the account has it; sent auto");
      break;
    case Tier::other:
      step.notices.drop(wish.place, "no such tier upstream");
      break;
  }
}

void apply_batch_item(const Step& step) {
  step.notices.about(Topic::batch_item);
  const auto& tier = step.wishes.tier;
  if (tier && tier->tier != Tier::automatic) {
    step.notices.drop(tier->place, "a batch has a tier of its own");
  }
  const json::Reader speed = anthropic::verbatim_field(step.request, kSpeed);
  if (speed && !speed.equals("standard")) {
    step.notices.drop(speed, "there is no fast lane at half price");
  }
  std::erase_if(step.request.verbatim, [](const auto& field) { return field.first == kSpeed; });
}

}  // namespace

void apply_capacity(const Step& step) {
  if (step.wishes.batch_item) {
    apply_batch_item(step);
  } else if (step.wishes.tier) {
    apply_tier(step, *step.wishes.tier);
  }
}

}  // namespace proxx::policy
