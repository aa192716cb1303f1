#include "openai/members.h"
#include "openai/responses/request_reader.h"

// text.format (docs/mapping-responses.md 1.2, 4.1): flat, where chat nests it.

namespace proxx::openai::responses {

using json::Reader;
using json::Type;

Status read_text_format(Reading& r) {
  policy::NoticeLog& notices = r.draft.notices;
  notices.about(policy::Topic::format);
  const Reader own = r.in["output_config"].optional("format");
  if (own) PROXX_TRY(own.expect(Type::object));
  const Reader field = r.updated_format ? r.updated_format : r.in["text"].optional("format");
  if (!field) return {};
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"type", "name", "description", "schema", "strict"};
  const auto [type, name, description, schema, strict] = read_members(field, kNames, notices);
  if (!type) return missing(field, "type");
  PROXX_TRY(type.expect(Type::string));
  if (type.equals("text")) return {};
  if (own) {
    notices.drop(field, "output_config.format is sent");
    return {};
  }
  policy::FormatWish wish;
  wish.place = field;
  for (const Reader& text : {name, description}) {
    if (text) PROXX_TRY(text.expect(Type::string));
  }
  if (schema) PROXX_TRY(schema.expect(Type::object));
  if (type.equals("json_schema")) {
    if (!schema) return missing(field, "schema");
    wish.schema = schema;
    if (strict) {
      PROXX_ASSIGN(wish.strict, strict.boolean());
    }
  } else if (!type.equals("json_object")) {
    return err(type, "must be text, json_object or json_schema", "invalid_value");
  } else {
    wish.schema = schema;
    wish.any_object = !schema;
  }
  r.draft.wishes.format = wish;
  return {};
}

}  // namespace proxx::openai::responses
