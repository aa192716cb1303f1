#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "anthropic/schema.h"
#include "anthropic/schema_definitions.h"
#include "json/unique.h"
#include "json/writer.h"

// input_schema of tools: an object at the top, without anyOf, oneOf and allOf there
// (docs/mapping-chat.md 6.1).

namespace proxx::schema {
namespace {

using json::Reader;

constexpr std::string_view kCombinators[] = {"anyOf", "oneOf", "allOf"};

/// The properties of an object schema, in order, and the required names. Keys are decoded. All are
/// views of the document or of Flattener::kept_.
struct Shape {
  std::vector<std::string_view> keys;
  std::map<std::string_view, std::string_view> properties;  ///< schema texts
  std::set<std::string_view> required;
};

/// Compares texts. Branches often share a definition: the same piece of text needs no comparison.
struct TextLess {
  bool operator()(std::string_view a, std::string_view b) const {
    return !(a.data() == b.data() && a.size() == b.size()) && a < b;
  }
};

class Flattener {
 public:
  /// `max_steps` bounds the members, properties and names that are visited, counted again for each
  /// branch that they are part of.
  Flattener(Reader root, size_t max_steps) : definitions_(root), steps_left_(max_steps) {}

  /// Returns nothing if it takes too many steps.
  std::optional<Shape> shape_of(Reader schema, int depth = 0) {
    if (depth > kMaxDepth || !spend(1)) return std::nullopt;
    Reader ref;
    Reader properties;
    Reader required;
    Reader branches[std::size(kCombinators)];
    for (const json::Member& member : schema.members()) {
      if (!spend(1)) return std::nullopt;
      const std::string_view key = key_of(member);
      if (key == "$ref") ref = member.value;
      if (key == "properties") properties = member.value;
      if (key == "required") required = member.value;
      for (size_t i = 0; i < std::size(kCombinators); ++i) {
        if (key == kCombinators[i]) branches[i] = member.value;
      }
    }
    if (const Reader target = definitions_.target(ref)) return shape_of(target, depth + 1);
    std::optional<Shape> shape = own_shape(properties, required);
    for (size_t i = 0; shape && i < std::size(kCombinators); ++i) {
      if (branches[i].is_array() && !merge(branches[i], kCombinators[i], depth, *shape)) {
        return std::nullopt;
      }
    }
    return shape;
  }

  [[nodiscard]] size_t steps_left() const { return steps_left_; }

 private:
  /// A chain of references may be a circle.
  static constexpr int kMaxDepth = 256;

  [[nodiscard]] bool spend(size_t steps) {
    if (steps > steps_left_) return false;
    steps_left_ -= steps;
    return true;
  }

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  std::string_view key_of(const json::Member& member) {
    return member.has_escapes ? keep(member.key()) : member.raw_key.bytes();
  }

  std::optional<Shape> own_shape(Reader properties, Reader required) {
    Shape out;
    for (const json::Member& member : properties.members()) {
      if (!spend(1)) return std::nullopt;
      const std::string_view key = key_of(member);
      if (out.properties.emplace(key, member.value.raw()).second) out.keys.push_back(key);
    }
    for (const Reader name : required.elements()) {
      if (!spend(1)) return std::nullopt;
      if (!name.is_string()) continue;
      std::string decoded;
      const std::string_view text = name.text(decoded);
      out.required.insert(decoded.empty() ? text : keep(std::move(decoded)));
    }
    return out;
  }

  /// Adds what the branches of a combinator ask for to `shape`; false if it takes too many steps.
  bool merge(Reader branches, std::string_view combinator, int depth, Shape& shape) {
    const std::optional<Shape> united = unite(branches, combinator == "allOf", depth + 1);
    if (!united || !spend(united->keys.size() + united->required.size())) return false;
    for (const std::string_view key : united->keys) {
      const std::string_view other = united->properties.at(key);
      const auto [own, is_new] = shape.properties.emplace(key, other);
      if (is_new) {
        shape.keys.push_back(key);
      } else if (own->second != other) {
        const auto both = joined("allOf", {own->second, other});
        if (!both) return false;
        own->second = *both;
      }
    }
    shape.required.insert(united->required.begin(), united->required.end());
    return true;
  }

  std::optional<Shape> unite(Reader branches, bool all, int depth) {
    Shape out;
    std::map<std::string_view, std::vector<std::string_view>> schemas;
    bool first = true;
    for (const Reader branch : branches.elements()) {
      const std::optional<Shape> shape = shape_of(branch, depth);
      if (!shape || !spend(shape->keys.size() + shape->required.size())) return std::nullopt;
      for (const std::string_view key : shape->keys) {
        auto& known = schemas[key];
        if (known.empty()) out.keys.push_back(key);
        known.push_back(shape->properties.at(key));
      }
      if (all || first) {
        out.required.insert(shape->required.begin(), shape->required.end());
      } else {
        for (auto name = out.required.begin(); name != out.required.end();) {
          name = shape->required.count(*name) > 0 ? std::next(name) : out.required.erase(name);
        }
      }
      first = false;
    }
    for (auto& [key, known] : schemas) {
      const auto schema = joined(all ? "allOf" : "anyOf", std::move(known));
      if (!schema) return std::nullopt;
      out.properties.emplace(key, *schema);
    }
    return out;
  }

  /// Joins several schemas for one property under `combinator`, each once.
  std::optional<std::string_view> joined(std::string_view combinator,
                                         std::vector<std::string_view> schemas) {
    std::set<std::string_view, TextLess> seen;
    size_t count = 0;
    for (const std::string_view schema : schemas) {
      if (seen.insert(schema).second) schemas[count++] = schema;
    }
    if (count == 1) return schemas.front();
    constexpr size_t kBytesPerStep = 64;
    std::string out = "{\"" + std::string(combinator) + "\":[";
    for (size_t i = 0; i < count; ++i) {
      if (!spend(schemas[i].size() / kBytesPerStep)) return std::nullopt;
      if (i > 0) out.push_back(',');
      out += schemas[i];
    }
    return keep(out + "]}");
  }

  Definitions definitions_;
  size_t steps_left_;
  std::deque<std::string> kept_;
};

bool is_combinator(std::string_view key) {
  return std::find(std::begin(kCombinators), std::end(kCombinators), key) != std::end(kCombinators);
}

void write_key(json::Writer& w, std::string_view key) {
  w.raw_key(json::escaped(key));
}

/// One object in place of all branches. `told`: its description holds the branches themselves.
std::string united(Reader parameters, const Shape& shape, bool told) {
  std::string out;
  json::Writer w(out);
  w.begin_object().key("type").string("object");
  std::string combinators;
  for (const json::Member& member : parameters.members()) {
    const std::string key = member.key();
    if (is_combinator(key)) {
      if (told) combinators.append(combinators.empty() ? "\"" : ",\"").append(key).append("\":");
      if (told) combinators.append(member.value.raw());
    } else if (key != "type" && key != "description" && key != "properties" && key != "required") {
      w.raw_key(member.raw_key).raw(member.value.raw());
    }
  }
  std::string description = parameters.get("description").string_or("");
  if (told) {
    description += description.empty() ? "" : "\n\n";
    description += "The arguments must also satisfy this JSON Schema: {" + combinators + '}';
  }
  if (!description.empty()) w.key("description").string(description);
  w.key("properties").begin_object();
  for (const std::string_view key : shape.keys) {
    write_key(w, key);
    w.raw(shape.properties.at(key));
  }
  w.end_object();
  if (!shape.required.empty()) {
    // In the order of the properties; names that are no property come last.
    std::set<std::string_view> rest = shape.required;
    w.key("required").begin_array();
    for (const std::string_view key : shape.keys) {
      if (rest.erase(key) > 0) w.string(key);
    }
    for (const std::string_view key : rest) w.string(key);
    w.end_array();
  }
  w.end_object();
  return out;
}

/// Bytes of properties and required names, without the punctuation around them.
size_t size_of(const Shape& shape) {
  size_t bytes = 0;
  for (const auto& [key, schema] : shape.properties) bytes += key.size() + schema.size();
  for (const std::string_view name : shape.required) bytes += name.size();
  return bytes;
}

/// Subtracts from `shared` how much `used` is over `own`.
void charge(size_t used, size_t own, size_t& shared) {
  shared -= std::min(shared, used > own ? used - own : 0);
}

std::optional<InputSchema> flatten(Reader parameters, FlattenAllowance& allowance) {
  constexpr size_t kBytesPerStep = 16;
  const size_t size = parameters.raw().size();
  const size_t own_steps = size / kBytesPerStep;
  const size_t own_bytes = size * 2;
  const size_t max_steps = own_steps + std::min(kMaxFlattenSteps, allowance.steps);
  const size_t max_bytes =
      own_bytes +
      std::min(kMinFlattenBytes - std::min(kMinFlattenBytes, own_bytes), allowance.bytes);

  Flattener flattener(parameters, max_steps);
  const std::optional<Shape> shape = flattener.shape_of(parameters);
  charge(max_steps - flattener.steps_left(), own_steps, allowance.steps);
  if (!shape || size_of(*shape) > max_bytes) return std::nullopt;
  InputSchema out{united(parameters, *shape, true), InputSchema::Change::united};
  if (out.json.size() > max_bytes) {
    out = {united(parameters, *shape, false), InputSchema::Change::united_untold};
  }
  if (out.json.size() > max_bytes) return std::nullopt;
  charge(out.json.size(), own_bytes, allowance.bytes);
  return out;
}

}  // namespace

Result<InputSchema> input_schema(Reader parameters, FlattenAllowance& allowance) {
  if (parameters) PROXX_TRY(parameters.expect(json::Type::object));
  if (!parameters || parameters.size() == 0) {
    return InputSchema{R"({"type":"object","properties":{}})"};
  }
  const Reader type = parameters.optional("type");
  if (type && !type.equals("object")) {
    return err(type.error("a tool's parameters are an object", "invalid_value"));
  }
  const json::Unique once(parameters);
  const Reader schema = once.reader();
  for (const std::string_view combinator : kCombinators) {
    if (!schema.optional(combinator)) continue;
    if (auto out = flatten(schema, allowance)) return std::move(*out);
    return err(parameters.error("too complex to be one object"));
  }
  if (type) return InputSchema{std::string(schema.raw())};
  InputSchema out;
  json::Writer w(out.json);
  w.begin_object().key("type").string("object");
  for (const json::Member& member : schema.members()) {
    if (member.key() != "type") w.raw_key(member.raw_key).raw(member.value.raw());
  }
  w.end_object();
  return out;
}

}  // namespace proxx::schema
