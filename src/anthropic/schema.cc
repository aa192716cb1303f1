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
using namespace json::literals;

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
    if (!schema.is_object()) return err(schema.error("a schema that allows anything"));
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
      return err(schema.error("anyOf beside oneOf"));
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

  /// Official SDKs keep nothing beside a $ref except the definitions at the root.
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
    if (ref.equals("#")) return err(ref.error("a recursive schema"));
    if (const Reader target = definitions_.target(ref)) return number_of(target);
    return err(ref.error("a $ref that is not to its own $defs"));
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
      return err(schema.error("a schema that allows anything"));
    }
    if (is_type_name(type)) return {};
    bool legal = type.is_array() && type.size() > 0;
    for (const Reader element : type.elements()) legal = legal && is_type_name(element);
    return legal ? Status() : Status(err(type.error("an unknown type")));
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
    if (is_constraint(member)) return {};  // `limits` holds it
    switch (keyword_of(member.key())) {
      case Keyword::unsupported:
      case Keyword::ignored:
      case Keyword::reference:
        return {};
      case Keyword::open:
        return refuse_open(member.value);
      case Keyword::additional_properties:
        return is_false(member.value) ? Status() : refuse_open(member.value);
      case Keyword::description:
        write_description(member.value, limits, w);
        return {};
      case Keyword::type:
        PROXX_TRY(expect_properties(schema));
        w.raw_key(member.raw_key).raw(member.value.raw());
        return {};
      case Keyword::verbatim:
        w.raw_key(member.raw_key).raw(member.value.raw());
        return {};
      case Keyword::schema:
        return walk(member.value, w.raw_key(member.raw_key));
      case Keyword::schema_list:
        w.raw_key(member.key() == "oneOf" ? "anyOf"_raw : member.raw_key);
        return list(member.value, member.key() == "allOf", w);
      case Keyword::schema_map:
        return map(member.value, w.raw_key(member.raw_key));
      case Keyword::definitions:
        return write_definitions(member.value, w.raw_key(member.raw_key));
    }
    return {};
  }

  static bool is_false(Reader value) { return value.is_boolean() && !value.boolean_or(true); }

  static Status refuse_open(Reader at) { return err(at.error("an object with keys of any name")); }

  static void write_description(Reader value, const std::string& limits, json::Writer& w) {
    if (!value.is_string()) return;
    w.key("description");
    if (limits.empty()) {
      w.raw(value.raw());
    } else {
      w.string(value.string_or("") + "\n\n" + limits);
    }
  }

  /// An object that names no property is a map, unless it is the whole schema or says that there
  /// are no others.
  Status expect_properties(Reader schema) {
    const bool closed = !is_object_schema(schema) || schema == root_ || schema.get("properties") ||
                        schema.get("additionalProperties");
    return closed ? Status() : refuse_open(schema);
  }

  Status list(Reader schemas, bool all, json::Writer& w) {
    if (!schemas.is_array()) return err(schemas.error("expected an array"));
    w.begin_array();
    for (const Reader schema : schemas.elements()) {
      if (all && schema.get("$ref")) return err(schema.error("allOf with a $ref"));
      PROXX_TRY(walk(schema, w));
    }
    w.end_array();
    return {};
  }

  Status map(Reader schemas, json::Writer& w) {
    if (!schemas.is_object()) return err(schemas.error("expected an object"));
    w.begin_object();
    for (const json::Member& member : schemas.members()) {
      w.raw_key(member.raw_key);
      PROXX_TRY(walk(member.value, w));
    }
    w.end_object();
    return {};
  }

  Status write_definitions(Reader schemas, json::Writer& w) {
    if (!schemas.is_object()) return err(schemas.error("expected an object"));
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

  /// Removes definitions that refer to nothing until none is left or the rest refer in a circle.
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
    return err(root_.error("a recursive schema"));
  }

  Reader root_;
  Definitions definitions_;
  Sanitised out_;
  size_t current_ = kRoot;  ///< the definition that walk() is in
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
