#include "mock/rules/check.h"

#include <algorithm>

namespace proxx::mock {
namespace {

struct KindRow {
  Kind kind;
  bool (*matches)(const Json&);
  const char* refusal;
};

constexpr KindRow kKinds[] = {
    {Kind::any, [](const Json&) { return true; }, ""},
    {Kind::string, [](const Json& v) { return v.is_string(); }, "Input should be a valid string"},
    {Kind::integer, [](const Json& v) { return v.is_number_integer(); },
     "Input should be a valid integer"},
    {Kind::number, [](const Json& v) { return v.is_number(); }, "Input should be a valid number"},
    {Kind::boolean, [](const Json& v) { return v.is_boolean(); },
     "Input should be a valid boolean"},
    {Kind::object, [](const Json& v) { return v.is_object(); },
     "Input should be a valid dictionary"},
    {Kind::array, [](const Json& v) { return v.is_array(); }, "Input should be a valid list"},
};

std::string joined(const std::string& path, std::string_view name) {
  std::string out = path;
  if (!out.empty()) out += '.';
  out += name;
  return out;
}

Verdict check_field(const Context& context, const Place& place, const FieldRule& rule) {
  const auto field = place.find(rule.name);
  if (!field) {
    if (rule.need != Need::required) return {};
    return Place{place.value, joined(place.path, rule.name)}.refuse("Field required");
  }
  if (!rule.beta.empty() && !context.has_beta(rule.beta))
    return field->refuse("Extra inputs are not permitted");
  if (field->value->is_null() && rule.need == Need::nullable) return {};
  if (auto bad = check_kind(*field, rule.kind)) return bad;
  return rule.check ? rule.check(context, *field) : Verdict{};
}

}  // namespace

std::optional<Place> Place::find(std::string_view name) const {
  if (!value->is_object()) return {};
  const auto member = value->find(name);
  if (member == value->end()) return {};
  return Place{&*member, joined(path, name)};
}

Place Place::item(size_t index) const {
  return {&(*value)[index], joined(path, std::to_string(index))};
}

Place Place::tagged(std::string_view tag) const {
  return {value, joined(path, tag)};
}

std::string_view Place::text(std::string_view name) const {
  const auto field = find(name);
  if (!field || !field->value->is_string()) return {};
  return field->value->get_ref<const std::string&>();
}

bool Place::is_true(std::string_view name) const {
  const auto field = find(name);
  return field && field->value->is_boolean() && field->value->get<bool>();
}

ApiError Place::refuse(std::string_view what) const {
  return api_error(400, path.empty() ? std::string(what) : path + ": " + std::string(what));
}

bool Context::has_beta(std::string_view prefix) const {
  const auto first = betas.lower_bound(prefix);
  return first != betas.end() && first->starts_with(prefix);
}

std::string_view Context::thinking_type() const {
  const auto thinking = body.find("thinking");
  return thinking ? thinking->text("type") : std::string_view{};
}

bool Context::thinks() const {
  const std::string_view type = thinking_type();
  return type.empty() ? model->thinks_by_default : type != "disabled";
}

Verdict check_fields(const Context& context, const Place& place, std::span<const FieldRule> rules) {
  if (auto bad = check_kind(place, Kind::object)) return bad;
  for (const auto& member : place.value->items()) {
    const std::string& name = member.key();
    const bool known = std::any_of(rules.begin(), rules.end(),
                                   [&name](const FieldRule& rule) { return rule.name == name; });
    if (!known) return place.find(name)->refuse("Extra inputs are not permitted");
  }
  for (const FieldRule& rule : rules)
    if (auto bad = check_field(context, place, rule)) return bad;
  return {};
}

Verdict check_kind(const Place& place, Kind kind) {
  const KindRow& row = kKinds[static_cast<size_t>(kind)];
  if (row.matches(*place.value)) return {};
  return place.refuse(row.refusal);
}

Verdict check_one_of(const Place& place, std::string_view words) {
  if (auto bad = check_kind(place, Kind::string)) return bad;
  if (has_word(words, place.value->get_ref<const std::string&>())) return {};
  std::string quoted = "Input should be '";
  for (const char c : words) quoted += c == ' ' ? std::string("', '") : std::string(1, c);
  return place.refuse(quoted + "'");
}

bool is_identifier(std::string_view text, size_t max) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= max &&
         text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

bool is_thinking(const Place& block) {
  return has_word("thinking redacted_thinking", block.text("type"));
}

}  // namespace proxx::mock
