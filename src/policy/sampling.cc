#include <algorithm>
#include <string>

#include "policy/steps.h"

// max_tokens, stream, temperature, top_p, top_k (docs/protocol.md 1.2, 4.2;
// docs/mapping-chat.md 6.0, 6.1).

namespace proxx::policy {
namespace {

/// The only API version that takes sampling fields.
constexpr std::string_view kVersionWithSampling = "2023-06-01";

/// A client that asks for more tokens gets them through a stream: official SDKs refuse to wait for
/// such an answer (docs/mapping-chat.md 6.0, rule 2).
constexpr int64_t kMaxTokensWithoutStream = 21'333;

/// Why the model gets no sampling fields; nullptr if it does.
const char* no_sampling(const Step& step) {
  if (step.wishes.api_version != kVersionWithSampling) {
    return "this version of the API takes no sampling fields";
  }
  if (step.model.sampling != Sampling::one_of) return "the model takes no sampling fields";
  return nullptr;
}

/// Why temperature and top_k are not sent; nullptr if they are.
const char* no_sampling_while_thinking(const Step& step) {
  if (const char* reason = no_sampling(step)) return reason;
  return step.request.thinking.on() ? "not taken together with thinking" : nullptr;
}

void apply_temperature(const Step& step, const Wish<Number>& wish) {
  const double value = wish.value.value;
  if (const char* reason = no_sampling_while_thinking(step)) {
    if (value != 1) step.notices.drop(wish.place, reason);
  } else if (value > 1) {
    step.notices.adjust(wish.place, "at most 1 upstream; sent 1");
    step.request.temperature = "1";
  } else {
    step.request.temperature = wish.value.text;
  }
}

const char* no_top_p(const Step& step, double value) {
  constexpr double kLeastWithThinking = 0.95;
  if (const char* reason = no_sampling(step)) return reason;
  if (!step.request.temperature.empty()) return "not taken together with temperature";
  if (step.request.thinking.on() && value < kLeastWithThinking)
    return "at least 0.95 while thinking";
  return nullptr;
}

void apply_top_p(const Step& step, const Wish<Number>& wish) {
  if (wish.value.value == 1) return;  // the default
  if (const char* reason = no_top_p(step, wish.value.value)) {
    step.notices.drop(wish.place, reason);
  } else {
    step.request.top_p = wish.value.text;
  }
}

void apply_top_k(const Step& step, const Wish<Number>& wish) {
  if (const char* reason = no_sampling_while_thinking(step)) {
    step.notices.drop(wish.place, reason);
  } else {
    step.request.top_k = wish.value.text;
  }
}

}  // namespace

void apply_max_tokens(const Step& step) {
  step.notices.about(Topic::max_tokens);
  const int64_t limit = step.model.max_tokens;
  const auto& wish = step.wishes.max_tokens;
  if (!wish) {
    step.request.max_tokens = std::min(step.wishes.default_max_tokens.value_or(limit), limit);
    return;
  }
  step.request.max_tokens = std::min(wish->value, limit);
  if (wish->value > limit) {
    step.notices.adjust(wish->place, "the model's limit is sent: " + std::to_string(limit));
  }
}

void apply_stream(const Step& step) {
  // The model's limit, sent when nobody named a number, does not mean that so many are wanted.
  const bool asked = step.wishes.max_tokens || step.wishes.default_max_tokens;
  const bool long_answer = asked && step.request.max_tokens > kMaxTokensWithoutStream;
  step.request.stream = !step.wishes.batch_item && (step.wishes.stream || long_answer);
}

void apply_sampling(const Step& step) {
  step.notices.about(Topic::sampling);
  if (step.wishes.temperature) apply_temperature(step, *step.wishes.temperature);
  if (step.wishes.top_p) apply_top_p(step, *step.wishes.top_p);
  if (step.wishes.top_k) apply_top_k(step, *step.wishes.top_k);
}

}  // namespace proxx::policy
