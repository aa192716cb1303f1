#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/json_writer.h"
#include "core/schema.h"

// input_schema of tools: an object at the top, without anyOf, oneOf and allOf there (wire.md 6.1).

namespace proxx::schema {
namespace {

using json::Reader;

constexpr std::string_view kCombinators[] = {"anyOf", "oneOf", "allOf"};

/// The properties of an object schema in order, and what is required: views and texts that have
/// the document behind them.
struct Shape {
  std::vector<std::string_view> keys;
  std::map<std::string_view, std::string> properties;  ///< schema texts by raw key
  std::set<std::string_view> required;
};

/// Two schemas for one property: both legal as `keyword` says.
std::string joined(std::string_view keyword, const std::vector<std::string>& schemas) {
  if (schemas.size() == 1) return schemas.front();
  std::string out = "{\"" + std::string(keyword) + "\":[";
  for (const std::string& schema : schemas) {
    if (out.back() != '[') out.push_back(',');
    out += schema;
  }
  return out + "]}";
}

class Flattener {
 public:
  explicit Flattener(Reader root) : root_(root) {}

  Result<Shape> shape_of(Reader schema) {
    if (++visits_ > kMaxVisits) return fail(root_.error("too complex to be one object"));
    if (const Reader target = resolve(schema.get("$ref"))) return shape_of(target);
    Shape shape;
    for (const json::Member& member : schema.get("properties").members()) {
      add(shape, member.raw_key, std::string(member.value.raw()));
    }
    for (const Reader name : schema.get("required").elements()) {
      if (name.is_string()) shape.required.insert(name.raw_string());
    }
    for (const std::string_view combinator : kCombinators) {
      const Reader branches = schema.get(combinator);
      if (!branches.is_array()) continue;
      PROXX_ASSIGN(const Shape united, unite(branches, combinator == "allOf"));
      for (const std::string_view key : united.keys) {
        const auto own = shape.properties.find(key);
        const std::string& other = united.properties.at(key);
        if (own == shape.properties.end()) {
          add(shape, key, other);
        } else if (own->second != other) {
          own->second = joined("allOf", {own->second, other});
        }
      }
      shape.required.insert(united.required.begin(), united.required.end());
    }
    return shape;
  }

 private:
  /// References multiply: a schema of a kilobyte can stand for a billion branches.
  static constexpr int kMaxVisits = 1000;

  static void add(Shape& shape, std::string_view key, std::string schema) {
    if (shape.properties.insert_or_assign(key, std::move(schema)).second) {
      shape.keys.push_back(key);
    }
  }

  Result<Shape> unite(Reader branches, bool all) {
    Shape out;
    std::map<std::string_view, std::vector<std::string>> schemas;
    bool first = true;
    for (const Reader branch : branches.elements()) {
      PROXX_ASSIGN(const Shape shape, shape_of(branch));
      for (const std::string_view key : shape.keys) {
        auto& known = schemas[key];
        if (known.empty()) out.keys.push_back(key);
        const std::string& schema = shape.properties.at(key);
        if (std::find(known.begin(), known.end(), schema) == known.end()) known.push_back(schema);
      }
      if (all || first) {
        out.required.insert(shape.required.begin(), shape.required.end());
      } else {
        for (auto name = out.required.begin(); name != out.required.end();) {
          name = shape.required.count(*name) > 0 ? std::next(name) : out.required.erase(name);
        }
      }
      first = false;
    }
    for (auto& [key, known] : schemas) {
      out.properties.emplace(key, joined(all ? "allOf" : "anyOf", known));
    }
    return out;
  }

  Reader resolve(Reader ref) const {
    const std::string pointer = ref.string_or("");
    for (const std::string_view holder : {"$defs", "definitions"}) {
      const std::string prefix = "#/" + std::string(holder) + '/';
      if (pointer.rfind(prefix, 0) == 0)
        return root_.get(holder).get(pointer.substr(prefix.size()));
    }
    return {};
  }

  Reader root_;
  int visits_ = 0;
};

bool is_combinator(std::string_view key) {
  return std::find(std::begin(kCombinators), std::end(kCombinators), key) != std::end(kCombinators);
}

Result<InputSchema> flatten(Reader parameters) {
  PROXX_ASSIGN(const Shape shape, Flattener(parameters).shape_of(parameters));
  InputSchema out;
  out.flattened = true;
  json::Writer w(out.json);
  w.begin_object().key("type").string("object");
  std::string description = parameters.get("description").string_or("");
  description += description.empty() ? "" : "\n\n";
  description += "The arguments must also satisfy this JSON Schema: {";
  bool first = true;
  for (const json::Member& member : parameters.members()) {
    const std::string key = member.key();
    if (is_combinator(key)) {
      description += (first ? "\"" : ",\"") + key + "\":" + std::string(member.value.raw());
      first = false;
    } else if (key != "type" && key != "description" && key != "properties" && key != "required") {
      w.raw_key(member.raw_key).raw(member.value.raw());
    }
  }
  w.key("description").string(description + '}');
  w.key("properties").begin_object();
  for (const std::string_view key : shape.keys) w.raw_key(key).raw(shape.properties.at(key));
  w.end_object();
  if (!shape.required.empty()) {
    // In the order of the properties; a name without one comes last.
    std::set<std::string_view> rest = shape.required;
    w.key("required").begin_array();
    for (const std::string_view key : shape.keys) {
      if (rest.erase(key) > 0) w.raw_string(key);
    }
    for (const std::string_view key : rest) w.raw_string(key);
    w.end_array();
  }
  w.end_object();
  return out;
}

}  // namespace

Result<InputSchema> input_schema(Reader parameters) {
  if (parameters) PROXX_TRY(parameters.expect(json::Type::object));
  if (!parameters || parameters.size() == 0) {
    return InputSchema{R"({"type":"object","properties":{}})", false};
  }
  const Reader type = parameters.optional("type");
  if (type && !type.equals("object")) {
    return fail(type.error("a tool's parameters are an object", "invalid_value"));
  }
  for (const std::string_view combinator : kCombinators) {
    if (parameters.optional(combinator)) return flatten(parameters);
  }
  if (type) return InputSchema{std::string(parameters.raw()), false};
  InputSchema out;
  json::Writer w(out.json);
  w.begin_object().key("type").string("object");
  for (const json::Member& member : parameters.members()) {
    if (member.key() != "type") w.raw_key(member.raw_key).raw(member.value.raw());
  }
  w.end_object();
  return out;
}

}  // namespace proxx::schema
