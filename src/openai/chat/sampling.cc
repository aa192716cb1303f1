#include <algorithm>

#include "openai/chat/context.h"

// max_tokens, temperature, top_p, top_k (wire.md 1.2, 4.2, 6.1).

namespace proxx::request {
namespace {

using json::Reader;

/// The one API version that takes sampling fields at all.
constexpr std::string_view kVersionWithSampling = "2023-06-01";

/// Why the model gets no sampling fields; nullptr if it does.
const char* why_not(const Conversion& c) {
  if (c.options.anthropic_version != kVersionWithSampling) {
    return "this version of the API takes no sampling fields";
  }
  if (c.model.sampling != Sampling::one_of) return "the model takes no sampling fields";
  return nullptr;
}

Status convert_temperature(Conversion& c, Reader field) {
  PROXX_ASSIGN(const double value, field.number());
  if (value < 0 || value > 2) return refuse(field, "must be between 0 and 2", "invalid_value");
  const char* reason = why_not(c);
  if (reason == nullptr && c.thinking_on) reason = "not taken together with thinking";
  if (reason != nullptr) {
    if (value != 1) c.notices.drop(field, reason);
  } else if (value > 1) {
    c.notices.adjust(field, "at most 1 upstream; sent 1");
    c.temperature = "1";
  } else {
    c.temperature = field.raw();
  }
  return {};
}

Status convert_top_p(Conversion& c, Reader field) {
  constexpr double kLeastWithThinking = 0.95;
  PROXX_ASSIGN(const double value, field.number());
  if (value < 0 || value > 1) return refuse(field, "must be between 0 and 1", "invalid_value");
  if (value == 1) return {};
  const char* reason = why_not(c);
  if (reason == nullptr && !c.temperature.empty()) reason = "not taken together with temperature";
  if (reason == nullptr && c.thinking_on && value < kLeastWithThinking) {
    reason = "at least 0.95 while thinking";
  }
  if (reason != nullptr) {
    c.notices.drop(field, reason);
  } else {
    c.top_p = field.raw();
  }
  return {};
}

Status convert_top_k(Conversion& c, Reader field) {
  PROXX_ASSIGN(const int64_t value, field.integer());
  if (value < 0) return refuse(field, "must be at least 0", "invalid_value");
  const char* reason = why_not(c);
  if (reason == nullptr && c.thinking_on) reason = "not taken together with thinking";
  if (reason != nullptr) {
    c.notices.drop(field, reason);
  } else {
    c.top_k = field.raw();
  }
  return {};
}

}  // namespace

Status convert_max_tokens(Conversion& c) {
  const int64_t limit = c.model.max_tokens;
  const Reader current = c.in["max_completion_tokens"];
  const Reader deprecated = c.in["max_tokens"];
  for (const Reader& field : {deprecated, current}) {
    if (!field) continue;
    PROXX_ASSIGN(c.max_tokens, field.integer());
    if (c.max_tokens < 1) return refuse(field, "must be at least 1", "invalid_value");
  }
  const Reader field = current ? current : deprecated;
  c.asked_max_tokens = field || c.options.default_max_tokens;
  if (!field) {
    c.max_tokens = std::min(c.options.default_max_tokens.value_or(limit), limit);
    return {};
  }
  if (current && deprecated && deprecated.integer_or_none() != c.max_tokens) {
    c.notices.drop(deprecated, "max_completion_tokens is sent");
  }
  if (c.max_tokens > limit) {
    c.notices.adjust(field, "the model's limit is sent: " + std::to_string(limit));
    c.max_tokens = limit;
  }
  return {};
}

Status convert_sampling(Conversion& c) {
  if (const Reader field = c.in["temperature"]) PROXX_TRY(convert_temperature(c, field));
  if (const Reader field = c.in["top_p"]) PROXX_TRY(convert_top_p(c, field));
  if (const Reader field = c.in["top_k"]) PROXX_TRY(convert_top_k(c, field));
  return {};
}

}  // namespace proxx::request
