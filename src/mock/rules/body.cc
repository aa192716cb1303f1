#include <algorithm>
#include <array>

#include "mock/rules/check.h"

// The members of the body (docs/protocol.md 1.3) and the sampling fields, which depend on the
// model.

namespace proxx::mock {
namespace {

constexpr size_t kMaxMessages = 100'000;
constexpr size_t kMaxUserIdChars = 256;

Verdict check_model(const Context& context, const Place& place) {
  if (context.model) return {};
  return api_error(404, "model: " + place.value->get<std::string>());
}

Verdict check_max_tokens(const Context& context, const Place& place) {
  // 0 only warms the prompt cache.
  if (*place.value < 0) return place.refuse("Input should be greater than or equal to 0");
  if (!context.model || *place.value <= context.model->max_tokens) return {};
  return place.refuse(place.value->dump() + " > " + std::to_string(context.model->max_tokens) +
                      ", which is the maximum allowed number of output tokens for " +
                      std::string(context.model->id));
}

Verdict check_messages(const Context&, const Place& place) {
  if (place.value->empty()) return place.refuse("at least one message is required");
  if (place.value->size() > kMaxMessages)
    return place.refuse("List should have at most 100000 items");
  return {};
}

Verdict check_stop_sequences(const Context&, const Place& place) {
  for (size_t i = 0; i < place.value->size(); ++i) {
    const Place each = place.item(i);
    if (auto bad = check_kind(each, Kind::string)) return bad;
    const auto& text = each.value->get_ref<const std::string&>();
    if (text.empty()) return place.refuse("each stop sequence must be non-empty");
    if (is_blank(text)) return place.refuse("each stop sequence must contain non-whitespace");
  }
  return {};
}

Verdict check_unit_interval(const Context& context, const Place& place) {
  if (context.version_2026) return place.refuse("Extra inputs are not permitted");
  if (*place.value < 0) return place.refuse("Input should be greater than or equal to 0");
  if (*place.value > 1) return place.refuse("Input should be less than or equal to 1");
  return {};
}

Verdict check_top_k(const Context& context, const Place& place) {
  if (context.version_2026) return place.refuse("Extra inputs are not permitted");
  if (*place.value < 0) return place.refuse("Input should be greater than or equal to 0");
  return {};
}

/// Rejected in the field: what looks like an e-mail address or a phone number.
bool is_personal(std::string_view id) {
  const size_t at = id.find('@');
  const size_t dot = at == std::string_view::npos ? at : id.find('.', at);
  if (dot != std::string_view::npos && at > 0 && dot > at + 1 && dot + 1 < id.size() &&
      id.find_first_of("{} ") == std::string_view::npos)
    return true;
  constexpr ptrdiff_t kMinPhoneDigits = 7;
  constexpr ptrdiff_t kMaxPhoneDigits = 15;  // E.164
  const auto digits =
      std::count_if(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits >= kMinPhoneDigits && digits <= kMaxPhoneDigits && id.starts_with('+') &&
         id.find_first_not_of("+0123456789 ()-.") == std::string_view::npos;
}

Verdict check_user_id(const Context&, const Place& place) {
  const auto& id = place.value->get_ref<const std::string&>();
  const auto chars = std::count_if(
      id.begin(), id.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (static_cast<size_t>(chars) > kMaxUserIdChars)
    return place.refuse("String should have at most 256 characters");
  if (is_personal(id))
    return place.refuse(
        "user_id appears to contain an email address or phone number, which is not allowed");
  return {};
}

Verdict check_metadata(const Context& context, const Place& place) {
  static constexpr std::array kFields{
      FieldRule{"user_id", Kind::string, Need::nullable, check_user_id}};
  return check_fields(context, place, kFields);
}

Verdict check_service_tier(const Context&, const Place& place) {
  return check_one_of(place, "auto standard_only");
}

Verdict check_speed(const Context& context, const Place& place) {
  if (auto bad = check_one_of(place, "standard fast")) return bad;
  if (*place.value != "fast" || !context.model || context.model->fast ||
      context.has_beta("fast-mode-"))
    return {};
  return place.refuse("fast mode is not available for this model");
}

Verdict check_container(const Context& context, const Place& place) {
  static constexpr std::array kFields{FieldRule{"id", Kind::string, Need::nullable},
                                      FieldRule{"skills", Kind::array, Need::nullable}};
  if (place.value->is_string()) return {};
  return check_fields(context, place, kFields);
}

Verdict check_diagnostics(const Context& context, const Place& place) {
  static constexpr std::array kFields{
      FieldRule{"previous_message_id", Kind::string, Need::nullable}};
  return check_fields(context, place, kFields);
}

constexpr std::array kBodyFields{
    FieldRule{"model", Kind::string, Need::required, check_model},
    FieldRule{"messages", Kind::array, Need::required, check_messages},
    FieldRule{"max_tokens", Kind::integer, Need::required, check_max_tokens},
    FieldRule{"system", Kind::any, Need::optional, check_system},
    FieldRule{"stream", Kind::boolean, Need::optional},
    FieldRule{"stop_sequences", Kind::array, Need::optional, check_stop_sequences},
    FieldRule{"temperature", Kind::number, Need::optional, check_unit_interval},
    FieldRule{"top_p", Kind::number, Need::optional, check_unit_interval},
    FieldRule{"top_k", Kind::integer, Need::optional, check_top_k},
    FieldRule{"tools", Kind::array, Need::optional},
    FieldRule{"tool_choice", Kind::object, Need::optional},
    FieldRule{"thinking", Kind::object, Need::optional},
    FieldRule{"output_config", Kind::object, Need::optional},
    FieldRule{"metadata", Kind::object, Need::nullable, check_metadata},
    FieldRule{"service_tier", Kind::string, Need::optional, check_service_tier},
    FieldRule{"cache_control", Kind::object, Need::nullable, check_cache_control},
    FieldRule{"speed", Kind::string, Need::nullable, check_speed},
    FieldRule{"inference_geo", Kind::string, Need::nullable},
    FieldRule{"container", Kind::any, Need::nullable, check_container},
    FieldRule{"diagnostics", Kind::object, Need::nullable, check_diagnostics},
    FieldRule{"context_management", Kind::object, Need::nullable, nullptr, "context-management-"},
    FieldRule{"mcp_servers", Kind::array, Need::optional, nullptr, "mcp-client-"},
    FieldRule{"fallbacks", Kind::array, Need::nullable, nullptr, "server-side-fallback-"},
    FieldRule{"fallback_credit_token", Kind::string, Need::nullable, nullptr, "fallback-credit-"},
    FieldRule{"compaction", Kind::object, Need::nullable, nullptr, "compact"},
    FieldRule{"thread", Kind::any, Need::nullable, nullptr, "thread"},
};

/// What token counting takes of the above; it asks for no max_tokens.
constexpr std::string_view kCountedFields =
    "model messages system tools tool_choice thinking output_config cache_control "
    "temperature top_p top_k context_management mcp_servers speed";

Verdict check_counted(const Context& context) {
  std::array<FieldRule, kBodyFields.size()> rules{};
  size_t count = 0;
  for (const FieldRule& rule : kBodyFields)
    if (has_word(kCountedFields, rule.name)) rules[count++] = rule;
  return check_fields(context, context.body, std::span(rules).first(count));
}

}  // namespace

Verdict check_body_fields(const Context& context) {
  if (context.endpoint == Endpoint::count_tokens) return check_counted(context);
  return check_fields(context, context.body, kBodyFields);
}

namespace {

Verdict check_no_sampling(const Context& context, std::string_view names, std::string_view why) {
  for (const std::string_view name : {"temperature", "top_p", "top_k"}) {
    const auto field = context.body.find(name);
    if (field && has_word(names, name)) return field->refuse(why);
  }
  return {};
}

/// Only the value that is the default anyway.
Verdict check_default_sampling(const Context& context, double top_p) {
  constexpr std::string_view kOnlyDefault = "only the default value is supported by this model";
  if (const auto field = context.body.find("temperature"); field && *field->value != 1)
    return field->refuse(kOnlyDefault);
  if (const auto field = context.body.find("top_p"); field && *field->value != top_p)
    return field->refuse(kOnlyDefault);
  return check_no_sampling(context, "top_k", "is not supported by this model");
}

Verdict check_sampling_while_thinking(const Context& context) {
  if (auto bad =
          check_no_sampling(context, "temperature top_k", "must be unset when thinking is enabled"))
    return bad;
  const auto top_p = context.body.find("top_p");
  if (top_p && *top_p->value < 0.95)
    return top_p->refuse("must be greater than or equal to 0.95 or unset when thinking is enabled");
  return {};
}

}  // namespace

Verdict check_sampling(const Context& context) {
  const Sampling sampling = context.model->sampling;
  if (sampling == Sampling::free) return {};
  if (sampling == Sampling::none)
    return check_no_sampling(context, "temperature top_p top_k", "is not supported by this model");
  if (context.body.find("temperature") && context.body.find("top_p"))
    return context.body.refuse(
        "`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  if (sampling == Sampling::haiku_5_5) return check_default_sampling(context, 0.99);
  if (sampling == Sampling::default_only) return check_default_sampling(context, 1);
  return context.thinks() ? check_sampling_while_thinking(context) : Verdict{};
}

}  // namespace proxx::mock
