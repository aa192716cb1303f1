#include "anthropic/schema_keywords.h"

#include <algorithm>
#include <string>

namespace proxx::schema {
namespace {

using json::Reader;

struct KeywordRow {
  std::string_view name;
  Keyword keyword;
};

constexpr KeywordRow kKeywords[] = {
    {"type", Keyword::type},
    {"properties", Keyword::schema_map},
    {"required", Keyword::verbatim},
    {"description", Keyword::description},
    {"title", Keyword::verbatim},
    {"default", Keyword::verbatim},
    {"const", Keyword::verbatim},
    {"enum", Keyword::enumeration},
    {"items", Keyword::schema},
    {"anyOf", Keyword::schema_list},
    {"oneOf", Keyword::schema_list},
    {"allOf", Keyword::schema_list},
    {"$ref", Keyword::reference},
    {"$defs", Keyword::definitions},
    {"definitions", Keyword::definitions},
    {"additionalProperties", Keyword::additional_properties},
    {"patternProperties", Keyword::open},
    {"format", Keyword::format},
    {"minItems", Keyword::min_items},
    {"pattern", Keyword::pattern},
    {"$schema", Keyword::ignored},
    {"$id", Keyword::ignored},
    {"$anchor", Keyword::ignored},
    {"$comment", Keyword::ignored},
};

constexpr std::string_view kFormats[] = {"date-time", "time", "date", "duration", "email",
                                         "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};

constexpr std::string_view kTypes[] = {"string", "number", "integer", "boolean",
                                       "null",   "object", "array"};

template <size_t N>
bool is_listed(Reader value, const std::string_view (&list)[N]) {
  return std::any_of(list, list + N, [&](std::string_view text) { return value.equals(text); });
}

bool is_scalar(Reader value) {
  return !value.is_object() && !value.is_array();
}

/// No look-around, back reference or word boundary.
bool is_simple_pattern(Reader pattern) {
  if (!pattern.is_string()) return false;
  const std::string text = pattern.string_or("");
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '(' && text[i + 1] == '?' && text.substr(i, 3) != "(?:") return false;
    if (text[i] != '\\') continue;
    const char escape = text[++i];
    if ((escape >= '1' && escape <= '9') ||
        std::string_view("bBk").find(escape) != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

Keyword keyword_of(std::string_view name) {
  for (const KeywordRow& row : kKeywords) {
    if (row.name == name) return row.keyword;
  }
  return Keyword::unsupported;
}

bool is_type_name(Reader value) {
  return is_listed(value, kTypes);
}

bool is_constraint(const json::Member& member) {
  switch (keyword_of(member.key())) {
    case Keyword::unsupported:
      return true;
    case Keyword::enumeration:
      for (const Reader value : member.value.elements()) {
        if (!is_scalar(value)) return true;
      }
      return false;
    case Keyword::format:
      return !is_listed(member.value, kFormats);
    case Keyword::min_items: {
      const auto count = member.value.integer_or_none();
      return count != 0 && count != 1;
    }
    case Keyword::pattern:
      return !is_simple_pattern(member.value);
    default:
      return false;
  }
}

}  // namespace proxx::schema
