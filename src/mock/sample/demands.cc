#include "mock/sample/demands.h"

#include <algorithm>
#include <cmath>

namespace proxx::mock::sample {
namespace {

std::string_view type_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_string()) return "string";
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  if (value.is_number_integer()) return "integer";
  const auto number = value.get<double>();
  return std::floor(number) == number ? "integer" : "number";
}

void raise(size_t& minimum, const Json& schema, std::string_view name) {
  const Json* value = member(schema, name);
  if (value && value->is_number() && *value > 0)
    minimum = std::max(minimum, static_cast<size_t>(std::min(value->get<double>(), 1e15)));
}

void lower(size_t& maximum, const Json& schema, std::string_view name) {
  const Json* value = member(schema, name);
  if (value && value->is_number() && *value >= 0)
    maximum = std::min(maximum, static_cast<size_t>(std::min(value->get<double>(), 1e15)));
}

std::string_view text(const Json& schema, std::string_view name) {
  const Json* value = member(schema, name);
  return value && value->is_string() ? value->get_ref<const std::string&>() : std::string_view{};
}

const Json* object(const Json& schema, std::string_view name) {
  const Json* value = member(schema, name);
  return value && value->is_object() ? value : nullptr;
}

const Json* array(const Json& schema, std::string_view name) {
  const Json* value = member(schema, name);
  return value && value->is_array() ? value : nullptr;
}

/// The type that both ask for, or "".
std::string_view common(std::string_view a, std::string_view b) {
  if (a == b) return a;
  if ((a == "integer" && b == "number") || (a == "number" && b == "integer")) return "integer";
  return {};
}

}  // namespace

const Json* member(const Json& schema, std::string_view name) {
  if (!schema.is_object()) return nullptr;
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

void Demands::add(const Json& schema) {
  if (!schema.is_object()) {
    if (schema == false) impossible = true;
    return;
  }
  ++schemas_;
  if (const Json* none = member(schema, "not"))
    if (*none == true || (none->is_object() && none->empty())) impossible = true;
  add_types(schema);
  add_values(schema);
  add_number(schema);
  add_string(schema);
  add_array(schema);
  add_object(schema);
}

void Demands::add_types(const Json& schema) {
  const Json* type = member(schema, "type");
  if (!type) return;
  std::vector<std::string_view> listed;
  if (type->is_string()) listed.push_back(type->get_ref<const std::string&>());
  if (type->is_array())
    for (const Json& each : *type)
      if (each.is_string()) listed.push_back(each.get_ref<const std::string&>());
  if (listed.empty()) return;
  if (!typed) {
    typed = true;
    types = std::move(listed);
    return;
  }
  std::vector<std::string_view> both;
  for (const std::string_view mine : types)
    for (const std::string_view other : listed)
      if (const auto type_of_both = common(mine, other); !type_of_both.empty())
        both.push_back(type_of_both);
  types = std::move(both);
}

void Demands::add_values(const Json& schema) {
  const auto keep = [this](Schemas allowed) {
    if (values) {
      std::erase_if(allowed, [this](const Json* each) {
        return std::none_of(values->begin(), values->end(),
                            [each](const Json* other) { return *each == *other; });
      });
    }
    values = std::move(allowed);
  };
  if (const Json* fixed = member(schema, "const")) keep({fixed});
  if (const Json* listed = array(schema, "enum")) {
    Schemas allowed;
    for (const Json& each : *listed) allowed.push_back(&each);
    keep(std::move(allowed));
  }
}

void Demands::add_number(const Json& schema) {
  const auto add_bound = [](std::optional<Bound>& bound, const Json* written, bool exclusive,
                            bool is_low) {
    if (!written || !written->is_number()) return;
    const double value = written->get<double>();
    const bool tighter = !bound || (is_low ? value > bound->value : value < bound->value) ||
                         (value == bound->value && exclusive);
    if (tighter) bound = Bound{value, exclusive, written};
  };
  // Draft 4 writes a boolean beside the bound.
  const Json* above = member(schema, "exclusiveMinimum");
  const Json* below = member(schema, "exclusiveMaximum");
  add_bound(low, member(schema, "minimum"), above && *above == true, true);
  add_bound(low, above, true, true);
  add_bound(high, member(schema, "maximum"), below && *below == true, false);
  add_bound(high, below, true, false);
  if (const Json* multiple = member(schema, "multipleOf"))
    if (multiple->is_number() && *multiple > 0) multiples.push_back(multiple->get<double>());
}

void Demands::add_string(const Json& schema) {
  raise(min_length, schema, "minLength");
  lower(max_length, schema, "maxLength");
  if (format.empty()) format = text(schema, "format");
  if (pattern.empty()) pattern = text(schema, "pattern");
}

void Demands::add_array(const Json& schema) {
  raise(min_items, schema, "minItems");
  lower(max_items, schema, "maxItems");
  if (const Json* unique = member(schema, "uniqueItems")) unique_items |= *unique == true;
  const Json* each = member(schema, "items");
  // Before 2020-12 a list of schemas was `items`, and the items after it `additionalItems`.
  const Json* list = array(schema, each && each->is_array() ? "items" : "prefixItems");
  if (each && each->is_array()) each = member(schema, "additionalItems");
  const size_t listed = list ? list->size() : 0;
  for (size_t i = 0; i < std::max(listed, prefix_items.size()); ++i) {
    if (i == prefix_items.size()) prefix_items.push_back(items);
    if (i < listed) {
      prefix_items[i].push_back(&(*list)[i]);
    } else if (each) {
      prefix_items[i].push_back(each);
    }
  }
  if (each) items.push_back(each);
  if (const Json* one = member(schema, "contains")) {
    contains.push_back(one);
    min_contains = std::max<size_t>(min_contains, 1);
    raise(min_contains, schema, "minContains");
  }
}

void Demands::add_object(const Json& schema) {
  const Json* patterns = object(schema, "patternProperties");
  if (const Json* listed = object(schema, "properties"))
    for (const auto& [name, each] : listed->items()) {
      Property& own = property(name);
      own.schemas.push_back(&each);
      own.schema_numbers.push_back(schemas_);
    }
  if (const Json* required = array(schema, "required"))
    for (const Json& name : *required)
      if (name.is_string()) property(name.get_ref<const std::string&>()).required = true;
  if (const Json* rest = member(schema, "additionalProperties"))
    rests.push_back({schemas_, rest, patterns && !patterns->empty()});
  if (patterns)
    for (const auto& [name, each] : patterns->items()) pattern_properties.emplace_back(name, &each);
  if (const Json* names = member(schema, "propertyNames")) property_names.push_back(names);
  raise(min_properties, schema, "minProperties");
  lower(max_properties, schema, "maxProperties");
}

Property& Demands::property(std::string_view name) {
  const auto [at, is_new] = property_index.try_emplace(name, properties.size());
  if (is_new) properties.push_back({name, {}, {}, false});
  return properties[at->second];
}

bool Demands::allows_type(std::string_view type) const {
  if (!typed) return true;
  return std::any_of(types.begin(), types.end(), [type](std::string_view each) {
    return each == type || (each == "number" && type == "integer");
  });
}

std::vector<std::string_view> Demands::candidate_types() const {
  if (typed) return types;
  if (!properties.empty() || !rests.empty() || !pattern_properties.empty() || min_properties > 0)
    return {"object"};
  if (!items.empty() || !prefix_items.empty() || !contains.empty() || min_items > 0)
    return {"array"};
  if (low || high || !multiples.empty()) return {"number"};
  return {"string"};
}

bool Demands::allows_value(const Json& value) const {
  if (!allows_type(type_of(value))) return false;
  if (value.is_number()) return allows_number(value.get<double>());
  if (!value.is_string()) return true;
  const size_t length = count_characters(value.get_ref<const std::string&>());
  return length >= min_length && length <= max_length;
}

bool Demands::allows_number(double number) const {
  if (low && (low->exclusive ? number <= low->value : number < low->value)) return false;
  if (high && (high->exclusive ? number >= high->value : number > high->value)) return false;
  return std::all_of(multiples.begin(), multiples.end(), [number](double multiple) {
    const double times = number / multiple;
    return std::abs(times - std::round(times)) <= 1e-9 * std::max(1.0, std::abs(times));
  });
}

}  // namespace proxx::mock::sample
