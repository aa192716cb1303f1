#include "openai/chat/request_reader.h"
#include "openai/members.h"

// response_format (docs/protocol.md 1.9; docs/mapping-chat.md 6.1, 6.6).

namespace proxx::openai::chat {
namespace {

using json::Reader;
using json::Type;

Status read_json_schema(Reader json_schema, policy::FormatWish& wish, policy::NoticeLog& notices) {
  PROXX_TRY(json_schema.expect(Type::object));
  static constexpr std::string_view kNames[] = {"name", "description", "schema", "strict"};
  const auto [name, description, schema, strict] = read_members(json_schema, kNames, notices);
  if (name) PROXX_TRY(name.expect(Type::string));
  if (description) PROXX_TRY(description.expect(Type::string));
  if (schema) PROXX_TRY(schema.expect(Type::object));
  wish.schema = schema;
  if (strict) {
    PROXX_ASSIGN(wish.strict, strict.boolean());
  }
  return {};
}

}  // namespace

Status read_response_format(Reading& r) {
  policy::NoticeLog& notices = r.draft.notices;
  notices.about(policy::Topic::format);
  const Reader field = r.in["response_format"];
  const Reader own = r.in["output_config"].optional("format");
  if (own) PROXX_TRY(own.expect(Type::object));
  if (!field) return {};
  PROXX_TRY(field.expect(Type::object));
  static constexpr std::string_view kNames[] = {"type", "json_schema", "schema"};
  const auto [type, json_schema, schema] = read_members(field, kNames, notices);
  if (!type) return missing(field, "type");
  PROXX_TRY(type.expect(Type::string));
  if (schema && !type.equals("json_object")) notices.drop(schema, "unknown field");
  if (type.equals("text")) return {};
  if (own) {
    notices.drop(field, "output_config.format is sent");
    return {};
  }
  policy::FormatWish wish;
  wish.place = field;
  if (type.equals("json_schema")) {
    if (!json_schema) return missing(field, "json_schema");
    PROXX_TRY(read_json_schema(json_schema, wish, notices));
  } else if (type.equals("json_object")) {
    // Some servers and libraries put a schema beside the type.
    if (schema) PROXX_TRY(schema.expect(Type::object));
    wish.schema = schema;
    wish.any_object = !schema;
  } else {
    return err(type, "must be text, json_object or json_schema", "invalid_value");
  }
  r.draft.wishes.format = wish;
  return {};
}

}  // namespace proxx::openai::chat
