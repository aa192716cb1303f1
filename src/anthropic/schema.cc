#include "anthropic/schema.h"

#include <map>
#include <set>
#include <vector>

#include "anthropic/schema_definitions.h"
#include "anthropic/schema_keywords.h"
#include "json/unique.h"
#include "json/writer.h"

namespace proxx::schema {
namespace {

using json::Reader;

class Sanitiser {
 public:
  explicit Sanitiser(Reader root) : root_(root), definitions_(root) {}

  Result<Sanitised> run() {
    json::Writer w(out_.json);
    PROXX_TRY(walk(root_, w));
    PROXX_TRY(refuse_recursion());
    return std::move(out_);
  }

 private:
  static constexpr size_t kRoot = 0;

  Status walk(Reader schema, json::Writer& w) {
    if (!schema.is_object()) return fail(schema.error("a schema that allows anything"));
    if (const Reader ref = schema.get("$ref")) return reference(schema, ref, w);
    PROXX_TRY(expect_typed(schema));
    count(schema);

    std::string limits;
    for (const json::Member& member : schema.members()) {
      if (is_constraint(member)) {
        limits += (limits.empty() ? "" : ", ") + member.key() + ": ";
        limits += member.value.raw();
      }
    }
    // Both would become anyOf.
    if (schema.get("anyOf") && schema.get("oneOf")) {
      return fail(schema.error("anyOf beside oneOf"));
    }
    const bool is_object = is_object_schema(schema);
    w.begin_object();
    if (is_object && !schema.get("type")) w.key("type").string("object");
    for (const json::Member& member : schema.members()) {
      PROXX_TRY(write_member(schema, member, limits, w));
    }
    if (!limits.empty() && !schema.get("description").is_string()) {
      w.key("description").string(limits);
    }
    if (is_object) w.key("additionalProperties").boolean(false);
    w.end_object();
    return {};
  }

  /// Official SDKs keep nothing beside a $ref but, at the root, the definitions.
  Status reference(Reader schema, Reader ref, json::Writer& w) {
    PROXX_ASSIGN(const size_t target, definition(ref));
    references_.emplace(current_, target);
    w.begin_object().key("$ref").raw(ref.raw());
    for (const json::Member& member : schema.members()) {
      if (keyword_of(member.key()) == Keyword::definitions) {
        w.raw_key(member.raw_key);
        PROXX_TRY(write_definitions(member.value, w));
      }
    }
    w.end_object();
    return {};
  }

  /// The number of the definition that a local $ref names.
  Result<size_t> definition(Reader ref) {
    if (ref.equals("#")) return fail(ref.error("a recursive schema"));
    if (const Reader target = definitions_.target(ref)) return number_of(target);
    return fail(ref.error("a $ref that is not to its own $defs"));
  }

  size_t number_of(Reader definition) {
    return numbers_.try_emplace(definition.raw().data(), numbers_.size() + 1).first->second;
  }

  static bool is_object_schema(Reader schema) {
    const Reader type = schema.get("type");
    if (!type) return schema.get("properties").is_object();
    for (const Reader element : type.elements()) {
      if (element.equals("object")) return true;
    }
    return type.equals("object");
  }

  Status expect_typed(Reader schema) {
    const Reader type = schema.get("type");
    if (!type) {
      for (const std::string_view key :
           {"enum", "const", "anyOf", "oneOf", "allOf", "properties"}) {
        if (schema.get(key)) return {};
      }
      return fail(schema.error("a schema that allows anything"));
    }
    if (is_type_name(type)) return {};
    bool legal = type.is_array() && type.size() > 0;
    for (const Reader element : type.elements()) legal = legal && is_type_name(element);
    return legal ? Status() : Status(fail(type.error("an unknown type")));
  }

  void count(Reader schema) {
    if (schema.get("anyOf") || schema.get("oneOf") || schema.get("type").is_array()) {
      ++out_.union_parameters;
    }
    std::set<std::string> required;
    for (const Reader name : schema.get("required").elements()) required.insert(name.string_or(""));
    for (const json::Member& property : schema.get("properties").members()) {
      if (required.count(property.key()) == 0) ++out_.optional_parameters;
    }
  }

  Status write_member(Reader schema, const json::Member& member, const std::string& limits,
                      json::Writer& w) {
    if (is_constraint(member)) return {};
    const Reader value = member.value;
    switch (keyword_of(member.key())) {
      case Keyword::unsupported:
      case Keyword::ignored:
        return {};
      case Keyword::description:
        if (!value.is_string()) return {};
        w.key("description");
        if (limits.empty()) {
          w.raw(value.raw());
        } else {
          w.string(value.string_or("") + "\n\n" + limits);
        }
        return {};
      case Keyword::open:
        return fail(value.error("an object with keys of any name"));
      case Keyword::additional_properties:
        if (value.is_boolean() && !value.boolean_or(true)) return {};
        return fail(value.error("an object with keys of any name"));
      case Keyword::reference:
        return {};
      case Keyword::type:
        if (is_object_schema(schema)) PROXX_TRY(expect_closed(schema));
        [[fallthrough]];
      case Keyword::verbatim:
      case Keyword::enumeration:
      case Keyword::format:
      case Keyword::min_items:
      case Keyword::pattern:
        w.raw_key(member.raw_key).raw(value.raw());
        return {};
      case Keyword::schema:
        w.raw_key(member.raw_key);
        return walk(value, w);
      case Keyword::schema_list:
        w.key(member.key() == "oneOf" ? "anyOf" : member.raw_key);
        return list(value, member.key() == "allOf", w);
      case Keyword::schema_map:
        w.raw_key(member.raw_key);
        return map(value, w);
      case Keyword::definitions:
        w.raw_key(member.raw_key);
        return write_definitions(value, w);
    }
    return {};
  }

  /// An object inside that names no property is a map, unless it is said to be empty.
  Status expect_closed(Reader schema) {
    if (schema == root_ || schema.get("properties") || schema.get("additionalProperties")) {
      return {};
    }
    return fail(schema.error("an object with keys of any name"));
  }

  Status list(Reader schemas, bool all, json::Writer& w) {
    if (!schemas.is_array()) return fail(schemas.error("expected an array"));
    w.begin_array();
    for (const Reader schema : schemas.elements()) {
      if (all && schema.get("$ref")) return fail(schema.error("allOf with a $ref"));
      PROXX_TRY(walk(schema, w));
    }
    w.end_array();
    return {};
  }

  Status map(Reader schemas, json::Writer& w) {
    if (!schemas.is_object()) return fail(schemas.error("expected an object"));
    w.begin_object();
    for (const json::Member& member : schemas.members()) {
      w.raw_key(member.raw_key);
      PROXX_TRY(walk(member.value, w));
    }
    w.end_object();
    return {};
  }

  Status write_definitions(Reader schemas, json::Writer& w) {
    if (!schemas.is_object()) return fail(schemas.error("expected an object"));
    w.begin_object();
    const size_t outer = current_;
    for (const json::Member& member : schemas.members()) {
      current_ = number_of(member.value);
      w.raw_key(member.raw_key);
      PROXX_TRY(walk(member.value, w));
    }
    current_ = outer;
    w.end_object();
    return {};
  }

  /// Takes away definitions that refer to nothing, until none is left or all refer in a circle.
  Status refuse_recursion() {
    std::map<size_t, size_t> outgoing;
    std::map<size_t, std::vector<size_t>> incoming;
    for (const auto& [from, to] : references_) {
      ++outgoing[from];
      outgoing.try_emplace(to, 0);
      incoming[to].push_back(from);
    }
    std::vector<size_t> free;
    for (const auto& [number, count] : outgoing) {
      if (count == 0) free.push_back(number);
    }
    size_t removed = 0;
    while (!free.empty()) {
      const size_t number = free.back();
      free.pop_back();
      ++removed;
      for (const size_t from : incoming[number]) {
        if (--outgoing[from] == 0) free.push_back(from);
      }
    }
    if (removed == outgoing.size()) return {};
    return fail(root_.error("a recursive schema"));
  }

  Reader root_;
  Definitions definitions_;
  Sanitised out_;
  size_t current_ = kRoot;  ///< the definition that is being walked
  std::map<const char*, size_t> numbers_;
  std::set<std::pair<size_t, size_t>> references_;
};

}  // namespace

Result<Sanitised> sanitise(Reader schema) {
  const json::Unique once(schema);
  Result<Sanitised> out = Sanitiser(once.reader()).run();
  if (!out && once.replaced()) {
    std::string& param = out.error().param;
    param = param.empty() ? schema.path() : schema.path_of(param);
  }
  return out;
}

bool fits(int optional_parameters, int union_parameters, const Sanitised& more) {
  constexpr int kMaxOptional = 24;
  constexpr int kMaxUnions = 16;
  return optional_parameters + more.optional_parameters <= kMaxOptional &&
         union_parameters + more.union_parameters <= kMaxUnions;
}

}  // namespace proxx::schema
