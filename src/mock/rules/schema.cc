#include <algorithm>
#include <set>

#include "mock/rules/check.h"

// The subset of JSON Schema that structured outputs compile (docs/protocol.md 1.9).

namespace proxx::mock {
namespace {

constexpr std::string_view kKeywords =
    "type enum const anyOf allOf $ref $defs definitions default required properties items "
    "additionalProperties format minItems pattern description title $schema $id examples nullable";
constexpr std::string_view kFormats =
    "date-time time date duration email hostname uri ipv4 ipv6 uuid";

/// In a row: each is a step of recursion.
constexpr size_t kMaxReferences = 256;

class SchemaRules {
 public:
  explicit SchemaRules(const Place& root) : root_(root) {}

  Verdict check(const Place& schema) {
    if (auto bad = check_kind(schema, Kind::object)) return bad;
    for (const auto& [name, value] : schema.value->items())
      if (!has_word(kKeywords, name))
        return schema.refuse("For schema, property '" + name + "' is not supported");
    if (auto bad = check_object(schema)) return bad;
    if (auto bad = check_scalars(schema)) return bad;
    if (auto bad = check_ref(schema)) return bad;
    return check_children(schema);
  }

 private:
  static bool is_object_schema(const Place& schema) {
    const auto type = schema.find("type");
    if (!type) return schema.find("properties").has_value();
    if (type->value->is_string()) return *type->value == "object";
    for (const Json& each : *type->value)
      if (each == "object") return true;
    return false;
  }

  static Verdict check_object(const Place& schema) {
    if (!is_object_schema(schema)) return {};
    const auto open = schema.find("additionalProperties");
    if (open && *open->value == false) return {};
    return schema.refuse(
        "For 'object' type, 'additionalProperties' must be explicitly set to false");
  }

  static Verdict check_scalars(const Place& schema) {
    if (const auto bound = schema.find("minItems");
        bound && *bound->value != 0 && *bound->value != 1)
      return schema.refuse(
          "For 'array' type, 'minItems' values other than 0 or 1 are not supported");
    if (schema.find("format") && !has_word(kFormats, schema.text("format")))
      return schema.refuse("For 'string' type, 'format' value '" +
                           std::string(schema.text("format")) + "' is not supported");
    const std::string_view pattern = schema.text("pattern");
    for (const std::string_view part : {"(?=", "(?!", "(?<", "\\b", "\\B", "\\1", "\\2"})
      if (pattern.find(part) != std::string_view::npos)
        return schema.refuse("For 'string' type, 'pattern' uses unsupported '" + std::string(part) +
                             "'");
    if (const auto values = schema.find("enum"))
      for (const Json& each : *values->value)
        if (each.is_structured())
          return schema.refuse(
              "'enum' values other than strings, numbers, bools and nulls are not "
              "supported");
    if (const auto all = schema.find("allOf"))
      for (const Json& each : *all->value)
        if (each.is_object() && each.contains("$ref"))
          return schema.refuse("'allOf' with '$ref' is not supported");
    return {};
  }

  /// Follows a local reference; one that leads back into itself is recursion.
  Verdict check_ref(const Place& schema) {
    const std::string ref(schema.text("$ref"));
    if (ref.empty()) return {};
    if (!ref.starts_with("#/"))
      return schema.refuse("external $ref '" + ref + "' is not supported");
    const Json::json_pointer pointer(ref.substr(1));
    if (sound_.contains(ref)) return {};
    if (!root_.value->contains(pointer))
      return schema.refuse("$ref '" + ref + "' cannot be resolved");
    if (following_.size() == kMaxReferences)
      return api_error(400, "Schema is too complex for compilation.");
    if (!following_.insert(ref).second)
      return schema.refuse("Circular reference detected in schema definitions: '" + ref + "'");
    auto bad = check(Place{&root_.value->at(pointer), schema.path});
    following_.erase(ref);
    sound_.insert(ref);
    return bad;
  }

  Verdict check_children(const Place& schema) {
    for (const std::string_view name : {"properties", "$defs", "definitions"})
      if (const auto map = schema.find(name)) {
        if (auto bad = check_kind(*map, Kind::object)) return bad;
        for (const auto& [key, value] : map->value->items())
          if (auto bad = check(*map->find(key))) return bad;
      }
    for (const std::string_view name : {"anyOf", "allOf"})
      if (const auto list = schema.find(name))
        for (size_t i = 0; i < list->value->size(); ++i)
          if (auto bad = check(list->item(i))) return bad;
    const auto items = schema.find("items");
    return items ? check(*items) : Verdict{};
  }

  Place root_;
  std::set<std::string> following_;
  std::set<std::string> sound_;
};

constexpr size_t kMaxOptionalParameters = 24;
constexpr size_t kMaxUnionParameters = 16;

/// Sums over all strict schemas of a request, which check_schema has seen.
struct Parameters {
  size_t optional = 0;
  size_t unions = 0;

  void add(const Json& schema) {
    const Json* properties = member(schema, "properties");
    const Json* required = member(schema, "required");
    if (properties) {
      const auto is_required = [&](const std::string& name) {
        return required && std::find(required->begin(), required->end(), name) != required->end();
      };
      for (const auto& [name, each] : properties->items()) {
        optional += is_required(name) ? 0 : 1;
        const Json* type = member(each, "type");
        unions += member(each, "anyOf") || (type && type->is_array()) ? 1 : 0;
      }
    }
    for (const char* name : {"properties", "$defs", "definitions", "anyOf", "allOf"})
      if (const Json* schemas = member(schema, name))
        for (const Json& each : *schemas) add(each);
    if (const Json* items = member(schema, "items")) add(*items);
  }

 private:
  static const Json* member(const Json& schema, const char* name) {
    const auto found = schema.find(name);
    return found == schema.end() ? nullptr : &*found;
  }
};

}  // namespace

Verdict check_schema_limits(const Context& context) {
  Parameters sum;
  const auto tools = context.body.find("tools");
  for (size_t i = 0; tools && i < tools->value->size(); ++i) {
    const auto schema = tools->item(i).find("input_schema");
    if (schema && tools->item(i).is_true("strict")) sum.add(*schema->value);
  }
  const auto config = context.body.find("output_config");
  const auto format = config ? config->find("format") : std::nullopt;
  if (format && format->value->is_object()) sum.add(*format->find("schema")->value);
  if (sum.optional <= kMaxOptionalParameters && sum.unions <= kMaxUnionParameters) return {};
  return api_error(400, "Schema is too complex for compilation.");
}

Verdict check_schema(const Place& place) {
  try {
    return SchemaRules(place).check(place);
  } catch (const Json::exception&) {  // a keyword of a wrong type
    return place.refuse("Invalid schema");
  }
}

}  // namespace proxx::mock
