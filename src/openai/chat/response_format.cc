#include "anthropic/schema.h"
#include "json/unique.h"
#include "openai/chat/context.h"

// response_format and output_config.format (wire.md 1.9, 6.1, 6.6).

namespace proxx::request {
namespace {

using json::Reader;
using json::Type;

constexpr const char* kJsonOnly = "Answer with one JSON object and nothing else.";

/// Nothing, or why the schema cannot be enforced.
std::string enforce(Conversion& c, Reader schema) {
  if (!c.model.structured_outputs) return "the model has no structured outputs";
  const auto sanitised = schema::sanitise(schema);
  if (!sanitised) {
    const auto& error = sanitised.error();
    return error.message + (error.param.empty() ? "" : " (" + error.param + ')');
  }
  if (!schema::fits(c.optional_parameters, c.union_parameters, *sanitised)) {
    return "the schema is too complex for the upstream";
  }
  c.optional_parameters += sanitised->optional_parameters;
  c.union_parameters += sanitised->union_parameters;
  c.format = R"({"type":"json_schema","schema":)" + sanitised->json + '}';
  return {};
}

Status convert_json_schema(Conversion& c, Reader field, Reader json_schema) {
  if (!json_schema) return missing(field, "json_schema");
  PROXX_TRY(json_schema.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "description", "schema", "strict"};
  const auto [name, description, schema, strict] = read_members(json_schema, kNames, c.notices);
  if (name) PROXX_TRY(name.expect(Type::string));
  if (description) PROXX_TRY(description.expect(Type::string));
  if (schema) PROXX_TRY(schema.expect(Type::object));
  bool is_strict = false;
  if (strict) {
    PROXX_ASSIGN(is_strict, strict.boolean());
  }
  const std::string problem = schema ? enforce(c, schema) : "there is no schema";
  if (problem.empty()) return {};
  if (is_strict) return refuse(field, "the schema cannot be enforced: " + problem);
  c.notices.adjust(field, "asked for in the system prompt, not enforced: " + problem);
  c.answer_duty = kJsonOnly;
  if (schema) {
    c.answer_duty =
        "Answer with one JSON object that satisfies this JSON Schema, and nothing "
        "else:\n" +
        std::string(json::Unique(schema).reader().raw());
  }
  return {};
}

}  // namespace

Status convert_response_format(Conversion& c) {
  const Reader field = c.in["response_format"];
  const Reader native = c.in["output_config"].optional("format");
  if (native) PROXX_TRY(native.expect(Type::object));
  if (!field) return {};
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"type", "json_schema"};
  const auto [type, json_schema] = read_members(field, kNames, c.notices);
  if (!type) return missing(field, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("text")) return {};
  if (native) {
    c.notices.drop(field, "output_config.format is sent");
    return {};
  }
  if (type.equals("json_schema")) return convert_json_schema(c, field, json_schema);
  if (!type.equals("json_object")) {
    return refuse(type, "must be text, json_object or json_schema", "invalid_value");
  }
  c.notices.adjust(field, "asked for in the system prompt, not enforced");
  c.answer_duty = kJsonOnly;
  return {};
}

}  // namespace proxx::request
